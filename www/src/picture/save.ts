import type { Picture } from "./picture";

/** Hands the whole picture out as a file. */
export function saveSvg({ live, place }: Picture): void {
  if (live === null) {
    return;
  }
  const url = URL.createObjectURL(new Blob([live.svg()], { type: "image/svg+xml" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${place.project.replaceAll(/[^\w.-]+/gu, "-")}-history.svg`;
  link.click();
  URL.revokeObjectURL(url);
}
