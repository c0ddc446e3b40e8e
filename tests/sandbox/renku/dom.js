// A small virtual DOM. It does to the document what React 19 does, as far as somebody else who puts nodes into the page can tell:
// - keyed children keep their nodes, and only what moves is moved;
// - nodes of others are neither seen nor removed; a node of ours that somebody else took away breaks the page;
// - a server's markup is taken over, and thrown away as a whole if it is not as expected;
// - events are handled at the container, so that whoever stops one below keeps it from the page.

const HANDLERS = Symbol("handlers");
const EVENTS = ["mousedown", "click", "input", "change", "submit"];

/** A node that is wanted. Children that are null or false are none; texts beside each other are one. */
export function h(tag, props, ...children) {
  const list = [];
  for (const child of children.flat(Number.POSITIVE_INFINITY)) {
    if (child === null || child === undefined || child === false) {
      continue;
    }
    const last = list.at(-1);
    if (typeof child === "object") {
      list.push(child);
    } else if (last?.tag === null) {
      last.text += String(child);
    } else {
      list.push({ tag: null, text: String(child) });
    }
  }
  return { tag, props: props ?? {}, key: props?.key, children: list };
}

/** What is shown in a container. */
export class Tree {
  #container;
  #adopting;
  #shown = [];

  /** `follow` is called for a link that is clicked. With `adopt`, the nodes that are there are those of the first tree shown. */
  constructor(container, follow, adopt = false) {
    this.#container = container;
    this.#adopting = adopt;
    for (const type of EVENTS) {
      container.addEventListener(type, (event) => dispatch(event, container, follow));
    }
  }

  show(wanted) {
    const children = h("root", null, wanted).children;
    if (this.#adopting) {
      this.#adopting = false;
      try {
        adoptAll(this.#container, children);
      } catch (error) {
        console.error("the server's markup is thrown away:", error.message);
        this.#container.replaceChildren(...children.map(create));
      }
    } else {
      patchChildren(this.#container, this.#shown, children);
    }
    this.#shown = children;
  }

  /** Throws all nodes away, so that the next tree is built of new ones. */
  forget() {
    for (const { node } of this.#shown) {
      node.remove();
    }
    this.#shown = [];
  }
}

function dispatch(event, container, follow) {
  for (let node = event.target; node !== null && node !== container; node = node.parentNode) {
    node[HANDLERS]?.[event.type]?.(event);
    if (event.type === "click" && node.localName === "a" && node[HANDLERS] !== undefined) {
      follow(event, node);
    }
    if (event.cancelBubble) {
      return;
    }
  }
}

function create(wanted) {
  if (wanted.tag === null) {
    wanted.node = document.createTextNode(wanted.text);
    return wanted.node;
  }
  wanted.node = document.createElement(wanted.tag);
  setProps(wanted.node, {}, wanted.props);
  wanted.node.append(...wanted.children.map(create));
  return wanted.node;
}

function adoptAll(parent, wanted) {
  const nodes = [...parent.childNodes];
  if (nodes.length !== wanted.length) {
    throw new Error(`${nodes.length} nodes in <${parent.localName}>, and not ${wanted.length}`);
  }
  for (const [index, one] of wanted.entries()) {
    const node = nodes[index];
    const same = one.tag === null ? node.nodeValue === one.text : node.localName === one.tag;
    if (!same) {
      throw new Error(`${node.nodeName} in <${parent.localName}>, and not ${one.tag ?? one.text}`);
    }
    one.node = node;
    if (one.tag !== null) {
      setProps(node, {}, one.props);
      adoptAll(node, one.children);
    }
  }
}

function setProps(node, before, props) {
  node[HANDLERS] = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(props)])) {
    const value = props[name];
    if (name.startsWith("on")) {
      node[HANDLERS][name.slice(2).toLowerCase()] = value;
    } else if (name === "value" || name === "checked") {
      if (value !== undefined && node[name] !== value) {
        node[name] = value;
      }
    } else if (name !== "key" && before[name] !== value) {
      setAttribute(node, name === "className" ? "class" : name, value);
    }
  }
}

function setAttribute(node, name, value) {
  if (value === undefined || value === null || value === false) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value === true ? "" : value)) {
    node.setAttribute(name, value === true ? "" : value);
  }
}

function patch(before, wanted) {
  const { node } = before;
  wanted.node = node;
  if (wanted.tag === null) {
    if (before.text !== wanted.text) {
      node.nodeValue = wanted.text;
    }
    return;
  }
  setProps(node, before.props, wanted.props);
  patchChildren(node, before.children, wanted.children);
}

function patchChildren(parent, before, wanted) {
  const keyOf = (one, index) => one.key ?? index;
  const left = new Map(before.map((one, index) => [keyOf(one, index), { one, index }]));
  let last = -1;
  const moved = new Set();
  for (const [index, one] of wanted.entries()) {
    const key = keyOf(one, index);
    const known = left.get(key);
    if (known !== undefined && known.one.tag === one.tag) {
      left.delete(key);
      patch(known.one, one);
      if (known.index < last) {
        moved.add(one);
      }
      last = Math.max(last, known.index);
    } else {
      create(one);
      moved.add(one);
    }
  }
  for (const { one } of left.values()) {
    // As React: it throws if somebody else has taken the node away.
    // oxlint-disable-next-line unicorn/prefer-dom-node-remove
    parent.removeChild(one.node);
  }
  let next = null;
  for (const one of wanted.toReversed()) {
    if (moved.has(one)) {
      parent.insertBefore(one.node, next);
    }
    next = one.node;
  }
}
