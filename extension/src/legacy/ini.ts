/** The image that a project pins in its `.renku/renku.ini`. */

/** The older section comes first: Renku moves it over the newer one (crate/core/src/renku_ini.rs says more). */
const SECTIONS = ['renku "interactive"', "interactive"];

/** `null`: it pins none. */
export function pinOf(text: string): string | null {
  const images = new Map<string, string>();
  let section = "";
  /** How far the last key was indented: what is deeper continues its value. */
  let indent = Number.POSITIVE_INFINITY;
  for (const line of text.split(/\r\n|\r|\n/u)) {
    const content = line.trim();
    const depth = line.length - line.trimStart().length;
    if (content === "" || /^[#;]/u.test(content) || depth > indent) {
      continue;
    }
    const header = /^\[([^\]]+)\]/u.exec(content)?.[1];
    const pair = /^([^=:]*)[=:](.*)$/u.exec(content);
    if (header !== undefined) {
      section = header;
      images.set(section, images.get(section) ?? "");
      indent = Number.POSITIVE_INFINITY;
    } else if (pair !== null) {
      indent = depth;
      if (pair[1]?.trim().toLowerCase() === "image") {
        images.set(section, pair[2]?.trim() ?? "");
      }
    }
  }
  const own = SECTIONS.find((name) => images.has(name));
  const image = own === undefined ? "" : images.get(own) || images.get("DEFAULT");
  return image === undefined || image === "" ? null : image;
}
