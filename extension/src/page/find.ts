/** Which launcher is where in a page. */
import { type Launcher, type Session, imageOf } from "../renku/model";
import { ANCHORS } from "./anchors";

/** A place in the page that belongs to a launcher. */
export interface Found {
  readonly place: "card" | "panel" | "start";
  readonly launcher: string;
  readonly anchor: Element;
  readonly put: (host: HTMLElement) => void;
}

/** Whether the page shows anything that is worth asking Renku about. */
export function hasAnchors(): boolean {
  return document.querySelector(`${ANCHORS.card}, ${ANCHORS.panel}, ${ANCHORS.startRefusal}, ${ANCHORS.startProgress}`) !== null;
}

/** Whether a card shows a session: then only the session says whose card it is. */
export function showsSessions(): boolean {
  return document.querySelector(`${ANCHORS.card} ${ANCHORS.cardSession}`) !== null;
}

/** The launchers that the page of a project shows. */
export function findLaunchers(launchers: readonly Launcher[], sessions: readonly Session[]): Found[] {
  const cards = [...document.querySelectorAll(ANCHORS.card)];
  const found: Found[] = cards.flatMap((anchor, at) => {
    const launcher = launcherOf(anchor, at, launchers, sessions);
    return launcher === null ? [] : [{ place: "card" as const, launcher, anchor, put: (host: HTMLElement) => anchor.append(host) }];
  });
  for (const panel of document.querySelectorAll(ANCHORS.panel)) {
    const launcher = /^launcher-([^-]+)/u.exec(panel.id)?.[1];
    const body = panel.querySelector(ANCHORS.panelBody);
    const known = launchers.find(({ id }) => id === launcher);
    if (known !== undefined && body !== null) {
      found.push({ place: "panel", launcher: known.id, anchor: panel, put: (host) => putInPanel(panel, body, imageOf(known), host) });
    }
  }
  return found;
}

/** By the image, where the panel shows it: a global environment's has no name, but is there as text; else at the end. */
function putInPanel(panel: Element, body: Element, image: string | null, host: HTMLElement): void {
  const texts = [...panel.querySelectorAll(ANCHORS.panelText)];
  const shown = panel.querySelector(ANCHORS.panelImage) ?? texts.find(({ textContent }) => textContent?.trim() === image);
  const row = shown?.closest(ANCHORS.panelRow);
  if (row == null) {
    body.append(host);
  } else {
    row.after(host);
  }
}

/** The launcher of a card: by its links; else by its name, if that is the only one; else by its place in the list. */
function launcherOf(card: Element, at: number, launchers: readonly Launcher[], sessions: readonly Session[]): string | null {
  const start = hrefs(card, ANCHORS.cardStart).map((path) => /\/sessions\/([^/]+)\/start$/u.exec(path)?.[1]);
  const running = hrefs(card, ANCHORS.cardSession).map((path) => {
    const name = /\/sessions\/show\/([^/]+)$/u.exec(path)?.[1];
    return sessions.find((session) => session.name === name)?.launcher_id ?? undefined;
  });
  const named = [...start, ...running].find((id) => launchers.some((launcher) => launcher.id === id));
  if (named !== undefined) {
    return named;
  }
  const name = card.querySelector(ANCHORS.cardName)?.textContent?.trim();
  const alike = launchers.filter((launcher) => launcher.name.trim() === name);
  if (alike.length === 1) {
    return alike[0]?.id ?? null;
  }
  // The list is in the order of Renku's answer; sessions without a launcher come after it.
  return launchers[at]?.name.trim() === name ? (launchers[at]?.id ?? null) : null;
}

function hrefs(card: Element, selector: string): string[] {
  return [...card.querySelectorAll<HTMLAnchorElement>(selector)].map((link) => new URL(link.href, location.origin).pathname);
}

/** The launch page of a launcher. */
export function findStart(launcher: string): Found | null {
  const refusal = document.querySelector(ANCHORS.startRefusal)?.closest(ANCHORS.startRefusalFrame);
  const body = refusal?.querySelector(ANCHORS.startRefusalBody);
  if (refusal != null && body != null) {
    return { place: "start", launcher, anchor: refusal, put: (host) => body.append(host) };
  }
  const progress = document.querySelector(ANCHORS.startProgress);
  const around = progress?.parentElement;
  return progress === null || around == null ? null : { place: "start", launcher, anchor: around, put: (host) => around.append(host) };
}
