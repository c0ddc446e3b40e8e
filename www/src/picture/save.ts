import type { Picture } from "./picture";

let last: string | undefined;

/** Hands the whole picture out as a file. */
export function saveSvg({ live, place }: Picture): void {
  if (live === null) {
    return;
  }
  // A browser may still read the file when this returns: it is given back with the next one.
  if (last !== undefined) {
    URL.revokeObjectURL(last);
  }
  last = URL.createObjectURL(new Blob([live.svg()], { type: "image/svg+xml" }));
  const link = document.createElement("a");
  link.href = last;
  link.download = `${place.project.replaceAll(/[^\w.-]+/gu, "-")}-history.svg`;
  link.click();
}
