import { colorOf, letterOf } from "./colors";
import { edgesWithin } from "./edges";
import { type Geometry, bracket, path, x, y } from "./geometry";
import { type Picture, numberOf } from "./picture";
import { markOf } from "./words";

interface Properties {
  readonly picture: Picture;
  readonly geometry: Geometry;
  /** The rows that are drawn. */
  readonly start: number;
  readonly end: number;
  /** The rows of the commit asked about and of its image. */
  readonly asked: number | null;
  readonly image: number | null;
  /** Rows with the same remainder by this are never drawn together. */
  readonly places: number;
}

/** The lines and marks of some rows. Places are those in the whole picture, so that lines stay as they are while it scrolls. */
export function Lanes({ picture, geometry, start, end, asked, image, places }: Properties) {
  const { row, width } = geometry;
  const height = (end - start) * row;
  const rows = Array.from({ length: end - start }, (_, at) => start + at);
  return (
    <svg
      class="lanes"
      width={width}
      height={height}
      viewBox={`0 ${start * row} ${width} ${height}`}
      style={{ transform: `translateY(${start * row}px)` }}
      aria-hidden="true"
      focusable="false"
    >
      {edgesWithin(picture.edges, start, end).map((edge) => (
        <path key={`${edge.from} ${edge.to} ${edge.lanes[1]}`} class={lineClass(edge)} d={path(edge, geometry)} />
      ))}
      {asked !== null && image !== null && asked !== image && (
        <path class="bracket" d={bracket(asked, image, geometry)} />
      )}
      {rows.map((at) => (
        <Mark key={at % places} picture={picture} geometry={geometry} at={at} />
      ))}
    </svg>
  );
}

function lineClass({ number, to }: { number: number | null; to: number | null }): string {
  if (to === null) {
    return "edge open";
  }
  return number === null ? "edge turn" : `edge s${colorOf(number)}`;
}

interface MarkProperties {
  readonly picture: Picture;
  readonly geometry: Geometry;
  readonly at: number;
}

/** A commit: what it is filled with says its environment, its shape whether it has an image. */
export function Mark({ picture, geometry, at }: MarkProperties) {
  const number = numberOf(picture, at);
  const kind = markOf(picture, at);
  return (
    <Shape
      kind={kind}
      number={number}
      x={x(geometry, picture.rows[at]?.lane ?? 0)}
      y={y(geometry, at)}
      radius={geometry.mark}
    />
  );
}

interface ShapeProperties {
  readonly kind: ReturnType<typeof markOf>;
  readonly number: number | null;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export function Shape({ kind, number, x: left, y: top, radius }: ShapeProperties) {
  const isRing = kind === "lacking";
  const color = number === null ? "none" : `${isRing ? "s" : "f"}${colorOf(number)}`;
  const letter = number === null ? "" : letterOf(number);
  if (kind === "unseen") {
    const arm = radius * 0.45;
    return (
      <path class="mark unseen" d={`M${left - arm} ${top}h${arm * 2}m${-arm} ${-arm}v${arm * 2}`} transform={`rotate(45 ${left} ${top})`} />
    );
  }
  return (
    <g>
      {kind === "own" || kind === "predicted" ? (
        <rect
          class={`mark ${kind} ${color}`}
          x={left - radius}
          y={top - radius}
          width={radius * 2}
          height={radius * 2}
          rx={radius * 0.4}
        />
      ) : (
        <circle class={`mark ${kind} ${color}`} cx={left} cy={top} r={isRing ? radius - 2 : radius - 1} />
      )}
      {letter !== "" && (
        <text class={isRing ? "letter ring" : `letter l${colorOf(number ?? 0)}`} x={left} y={top} dy="0.36em" font-size={radius * (letter.length > 2 ? 0.8 : 1.1)}>
          {letter}
        </text>
      )}
    </g>
  );
}
