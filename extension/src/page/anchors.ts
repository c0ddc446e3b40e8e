/**
 * Where the control attaches in pages that are not ours: one table per interface. A change of the page is a change here.
 * Seen in renku-ui 4.29.0; try https://renkulab.io/p/renku-team/renku-tutorial and its launchers.
 */
export const ANCHORS = {
  /** A launcher in the list of a project. */
  card: "[data-cy=session-launcher-item]",
  /** The launcher's name on its card. */
  cardName: "[data-cy=session-name]",
  /** Its address holds the launcher's id; absent while a session of it runs. */
  cardStart: "a[data-cy=start-session-button], a[data-cy=start-custom-session-button]",
  /** Its address holds the name of a session of the launcher. */
  cardSession: 'a[href*="/sessions/show/"]',
  /** The side panel of a launcher; its id ends with the launcher's. */
  panel: '.offcanvas[id^="launcher-"]',
  panelBody: ".offcanvas-body",
  panelImage: "code[data-cy=session-view-session-environment-image]",
  /** Where the panel shows values; of some environments, the image is one of them without a name. */
  panelText: "code",
  /** The row that the image is in. */
  panelRow: ".row > *",
  /** The launch page's question when Renku has no access to the image. */
  startRefusal: "[data-cy=session-image-not-accessible-header]",
  startRefusalFrame: ".modal-content",
  startRefusalBody: ".modal-body",
  /** The launch page itself, once it has loaded what it shows. */
  startProgress: 'main [class*="progressBox" i]',
  /** Opens the dialogue that copies the project. */
  copyProject: "[data-cy=copy-project-button], [data-cy=info-copy-project-button]",
} as const;

/** Versions of Renku 2's interface whose pages are known to have these anchors: `major.minor`, from and to. */
const KNOWN = { major: 4, fromMinor: 17, toMinor: 29 } as const;

/** Whether the structure of a version's pages is known; of another one, whatever is found is used. */
export function isKnown(version: string | null): boolean {
  const found = /^(\d+)\.(\d+)\./u.exec(version ?? "");
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  return major === KNOWN.major && minor >= KNOWN.fromMinor && minor <= KNOWN.toMinor;
}
