import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { type Frame, useMeasure, useScroll } from "./frame";
import { geometryOf } from "./geometry";
import { move } from "./keys";
import { Lanes } from "./lanes";
import type { Picture } from "./picture";
import { Row, optionId } from "./row";
import { active, hovered } from "./pointed";
import { type Window, outOfSight, scrollTo, slots, windowAt } from "./window";
import { away } from "./words";

interface Properties {
  readonly picture: Picture;
  /** The rows of the commit asked about and of its image. */
  readonly asked: number | null;
  readonly image: number | null;
  readonly onSelect: (at: number) => void;
}

/** The history as a list, of which only what is in sight is there. */
export function List({ picture, asked, image, onSelect }: Properties) {
  const box = useRef<HTMLDivElement>(null);
  const frame = useSignal<Frame>({ width: 800, height: 600, rem: 16 });
  const seen = useSignal<Window>({ start: 0, end: 0 });
  const far = useSignal({ asked: 0, image: 0 });
  const { width, height, rem } = frame.value;
  const geometry = geometryOf(picture.lanes, width, rem);
  const count = picture.entries.length;

  const look = () => {
    const top = box.current?.scrollTop ?? 0;
    const next = windowAt(top, height, geometry.row, count);
    if (next.start !== seen.value.start || next.end !== seen.value.end) {
      seen.value = next;
    }
    const distance = (at: number | null) => (at === null ? 0 : outOfSight(at, top, height, geometry.row));
    const [toAsked, toImage] = [distance(asked), distance(image)];
    if (toAsked !== far.value.asked || toImage !== far.value.image) {
      far.value = { asked: toAsked, image: toImage };
    }
  };
  const show = (at: number, middle: boolean) => {
    const list = box.current;
    if (list !== null) {
      const near = scrollTo(at, list.scrollTop, height, geometry.row);
      list.scrollTop = middle && near !== list.scrollTop ? at * geometry.row - (height - geometry.row) / 2 : near;
      look();
    }
  };

  useMeasure(box, (measured) => (frame.value = measured));
  useScroll(box, look);
  useLayoutEffect(look, [picture, geometry.row, height, asked, image]);
  useEffect(() => {
    if (asked !== null) {
      active.value = asked;
      show(asked, true);
    }
  }, [asked, picture.place.url, geometry.row]);
  useSignalEffect(() => {
    if (active.value >= picture.entries.length) {
      active.value = 0;
    }
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / geometry.row) - 1);
    const to = move(event.key, active.value, count, page);
    if (to !== null) {
      event.preventDefault();
      hovered.value = null;
      active.value = to;
      show(to, false);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onSelect(active.value);
    }
  };
  const { start, end } = seen.value;
  const drawn = Array.from({ length: end - start }, (_, row) => start + row);
  const isActiveAway = active.value < count && (active.value < start || active.value >= end);
  // Rows that come into sight take over the elements of those that leave it.
  const places = slots(height, geometry.row);
  const option = (row: number, key: number) => (
    <Row
      key={key}
      picture={picture}
      geometry={geometry}
      at={row}
      isActive={row === active.value}
      isAsked={row === asked}
      isImage={row === image}
    />
  );
  return (
    <div class={geometry.narrow ? "frame narrow" : "frame"}>
      {!geometry.narrow && <Heads left={geometry.width} />}
      <div
        ref={box}
        class="list"
        role="listbox"
        aria-label="History"
        aria-activedescendant={optionId(active.value)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={(event) => rowOf(event, onSelect)}
        // Not what comes under a pointer that rests: the keyboard scrolls too.
        onPointerMove={(event) => rowOf(event, (row) => (hovered.value = row))}
        onPointerLeave={() => (hovered.value = null)}
      >
        <div
          class="rows"
          role="presentation"
          style={{ height: `${count * geometry.row}px`, "--row": `${geometry.row}px`, "--left": `${geometry.width}px` }}
        >
          {drawn.map((row) => option(row, row % places))}
          {isActiveAway && option(active.value, places)}
          <Lanes {...{ picture, geometry, start, end, asked, image, places }} />
        </div>
      </div>
      <Jump what="Commit" rows={far.value.asked} onJump={() => asked !== null && show(asked, true)} />
      {asked !== image && <Jump what="Image" rows={far.value.image} onJump={() => image !== null && show(image, true)} />}
    </div>
  );
}

/** The names of the columns: what they say is in each row's name too. */
function Heads({ left }: { left: number }) {
  return (
    <div class="heads" aria-hidden="true" style={{ "--left": `${left}px` }}>
      <span class="tag">Image</span>
      <span class="id">Commit</span>
      <span class="date">Date</span>
      <span class="title">Title</span>
    </div>
  );
}

/** Leads to a row that is out of sight. */
function Jump({ what, rows, onJump }: { what: string; rows: number; onJump: () => void }) {
  if (rows === 0) {
    return null;
  }
  return (
    <button type="button" class={`jump ${rows < 0 ? "above" : "below"} ${what.toLowerCase()}`} onClick={onJump}>
      <span aria-hidden="true">{rows < 0 ? "↑" : "↓"} </span>
      {what} {away(rows)}
    </button>
  );
}

/** The row that an event is about. */
function rowOf(event: Event, use: (at: number) => void): void {
  const row = (event.target as Element).closest<HTMLElement>("[data-at]")?.dataset["at"];
  if (row !== undefined) {
    use(Number(row));
  }
}
