import type { Edge } from "./edges";

/** The measures of a picture, in pixels. */
export interface Geometry {
  /** The height of a row. */
  readonly row: number;
  /** The distance of two lanes. */
  readonly lane: number;
  /** Half the size of a commit's mark. */
  readonly mark: number;
  /** Where the first lane is. */
  readonly left: number;
  /** How wide the lanes are together. */
  readonly width: number;
  /** Whether a row has two lines of text. */
  readonly narrow: boolean;
}

/** The measures for so many lanes, in a picture that is `room` wide; `rem` is the size of the page's letters. */
export function geometryOf(lanes: number, room: number, rem: number): Geometry {
  const narrow = room < 46 * rem;
  const mark = Math.round(rem * 0.625);
  // The bracket between a commit and its image stands before the lanes.
  const left = Math.round(rem * 0.9) + mark;
  // The text needs most of the room: many lanes lie closer.
  const most = room * (narrow ? 0.34 : 0.4) - left - mark;
  const lane = Math.max(4, Math.min(rem * 1.4, most / Math.max(lanes - 1, 1)));
  const width = Math.round(left + Math.min(most, lane * (lanes - 1)) + mark + rem * 0.4);
  return { row: Math.round(rem * (narrow ? 3.25 : 2)), lane, mark, left, width, narrow };
}

/** The middle of a lane. */
export function x(geometry: Geometry, lane: number): number {
  return round(geometry.left + lane * geometry.lane);
}

/** The middle of a row. */
export function y(geometry: Geometry, at: number): number {
  return at * geometry.row + geometry.row / 2;
}

/** From a commit into its parent's lane, down that lane, and to the parent: as the command draws it. */
export function path(edge: Edge, geometry: Geometry): string {
  const [own, lane, below] = edge.lanes.map((it) => x(geometry, it)) as [number, number, number];
  const { row } = geometry;
  const top = y(geometry, edge.from);
  const start = `M${own} ${top}`;
  if (edge.to === null) {
    return start + curve(own, top, lane, top + row);
  }
  const bottom = y(geometry, edge.to);
  // Next to each other there is room for one curve.
  if (edge.to <= edge.from + 1) {
    return start + curve(own, top, below, bottom);
  }
  const first = lane === own ? top : top + row;
  const last = lane === below ? bottom : bottom - row;
  const down = last > first ? `V${last}` : "";
  return start + curve(own, top, lane, first) + down + curve(lane, last, below, bottom);
}

/** A line that begins and ends upright; nothing where there is no way to go. */
function curve(fromX: number, fromY: number, toX: number, toY: number): string {
  if (fromX === toX) {
    return fromY === toY ? "" : `V${toY}`;
  }
  const middle = (fromY + toY) / 2;
  return `C${fromX} ${middle} ${toX} ${middle} ${toX} ${toY}`;
}

/** The bracket before the lanes that links a commit with its image; the arrow points at the image. */
export function bracket(asked: number, image: number, geometry: Geometry): string {
  const [from, to] = [y(geometry, asked), y(geometry, image)];
  const edge = 3;
  const inner = geometry.left - geometry.mark - 3;
  const bend = Math.min(6, inner - edge) * Math.sign(to - from);
  const turn = Math.abs(bend);
  return [
    `M${inner} ${from}H${edge + turn}`,
    `Q${edge} ${from} ${edge} ${from + bend}`,
    `V${to - bend}Q${edge} ${to} ${edge + turn} ${to}H${inner}`,
    `m-4 -4l4 4l-4 4`,
  ].join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
