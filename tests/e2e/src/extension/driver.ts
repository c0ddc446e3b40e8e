import type { Look, Tab } from "../driver/tab";

/** What a scenario does to the extension itself. */
export interface Extension {
  /** Puts it in anew, as an update does: pages that are open keep the old content script. */
  reload(): Promise<void>;
  /** Lets the background go, as the browser does when nobody needs it. */
  evict(): Promise<void>;
  /** The address of one of its pages. */
  page(name: string): string;
}

/** A browser that has the extension, or has not, for one scenario. */
export interface Equipped {
  readonly tab: Tab;
  readonly extension: Extension;
  close(): Promise<void>;
}

/** How a browser is opened. */
export interface How {
  readonly isEquipped: boolean;
  /** Whether the scenario goes to the extension's own pages. */
  readonly hasPages: boolean;
}

/** The same, whichever browser it is. */
export interface Fleet {
  open(look: Look, how: How): Promise<Equipped>;
  close(): Promise<void>;
}

/** Of a browser that has none. */
export const NO_EXTENSION: Extension = {
  reload: () => Promise.reject(new Error("there is no extension")),
  evict: () => Promise.reject(new Error("there is no extension")),
  page: () => {
    throw new Error("there is no extension");
  },
};
