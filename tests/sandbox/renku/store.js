// What the page knows: its own state, and the answers of the API as a cache of queries, which are asked once until somebody says
// that they are out of date.

const state = {
  /** The menu, the modal and the alert that are open. */
  menu: null,
  modal: null,
  /** Of the start of a session: whether it was asked for, what went wrong, and whether the image does not matter. */
  launch: null,
};
const queries = new Map();
let base = "";
let changed = () => {};
let waiting = false;

/** What the paths of all requests begin with. */
export function setBase(path) {
  base = path;
}

/** Calls `draw` after every change, once for all changes of a moment. */
export function onChange(draw) {
  changed = draw;
}

export function redraw() {
  if (!waiting) {
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      changed();
    });
  }
}

export function get(name) {
  return state[name];
}

export function set(values) {
  Object.assign(state, values);
  redraw();
}

/** The answer to a GET; asks for it if nobody has. While it is asked for again, the last answer stays. */
export function query(path) {
  let known = queries.get(path);
  if (known === undefined) {
    known = { data: undefined, error: undefined, loading: true, late: 0 };
    queries.set(path, known);
    load(path, known);
  }
  return known;
}

async function load(path, known) {
  const turn = ++known.late;
  known.loading = true;
  const { data, error, next } = await send("GET", path);
  if (turn !== known.late) {
    return;
  }
  Object.assign(known, { data: error === undefined ? data : known.data, error, next, loading: false });
  redraw();
}

/** Asks anew for every answer whose path begins so and that was asked for before. */
export function refresh(...paths) {
  for (const [path, known] of queries) {
    if (paths.some((start) => path.startsWith(start))) {
      load(path, known);
    }
  }
}

/** A request; its answer is `data` (and the number of the `next` page), or `error` with a status, 0 for none, and a text. */
export async function send(method, path, body) {
  const json =
    body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const response = await fetch(new Request(base + path, { method, ...json }));
    const text = await response.text();
    const data = text === "" ? null : JSON.parse(text);
    if (!response.ok) {
      return { error: { status: response.status, text: data?.error?.message ?? text } };
    }
    return { data, next: response.headers.get("x-next-page") };
  } catch (error) {
    return { error: { status: 0, text: String(error) } };
  }
}
