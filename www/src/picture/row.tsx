import { cut } from "repin/safe";
import { day, short } from "../text/words";
import { colorOf } from "./colors";
import type { Geometry } from "./geometry";
import { type Picture, numberOf } from "./picture";
import { markOf, rowName, whose } from "./words";

interface Properties {
  readonly picture: Picture;
  readonly geometry: Geometry;
  readonly at: number;
  readonly isActive: boolean;
  readonly isAsked: boolean;
  readonly isImage: boolean;
}

/** Longer titles and tags cannot be seen anyway. */
const MOST = 200;

/** One commit as an option of the list: in the order of its words, which its columns change. */
export function Row({ picture, geometry, at, isActive, isAsked, isImage }: Properties) {
  const entry = picture.entries[at];
  if (entry === undefined) {
    return null;
  }
  const number = numberOf(picture, at);
  const kind = markOf(picture, at);
  const isOwn = kind === "own" || kind === "predicted";
  const color = isOwn && number !== null ? `s${colorOf(number)}` : "";
  const [id, title, date] = [short(entry.commit), cut(entry.title, MOST), day(entry.date)];
  const tag = entry.tag === null ? whose(picture, at) : cut(entry.tag, MOST);
  const state = [isActive && "active", isAsked && "asked", isImage && "image"].filter(Boolean).join(" ");
  return (
    <div
      id={optionId(at)}
      class={`row ${state}`}
      role="option"
      aria-label={rowName(picture, at, [title, id, date, tag])}
      aria-selected={isAsked}
      aria-posinset={at + 1}
      aria-setsize={picture.entries.length}
      data-at={at}
      style={{ transform: `translateY(${at * geometry.row}px)` }}
    >
      <bdi class="title">{title}</bdi> <span class="id">{id}</span>{" "}
      <span class="date">{date}</span>{" "}
      <bdi class={`tag ${kind} ${color}`}>{tag}</bdi>
    </div>
  );
}

export function optionId(at: number): string {
  return `commit-${at}`;
}
