import type { ComponentType } from "preact";

import type { Connection } from "./access";

/** What the chosen image is. */
export interface Choice {
  readonly image: string | null;
  /** Whether it is the one that is recommended. */
  readonly isRight: boolean;
  /** What the state of the code is called. */
  readonly name: string;
}

/** What an interface of Renku lets a person do with an image. */
export interface Acts {
  /** The buttons, and what is said about them. */
  readonly Buttons: ComponentType<{ readonly choice: Choice }>;
  /** What can be done without opening anything. */
  readonly Line: ComponentType;
  readonly onOpen: () => void;
  readonly connection: (repository: string) => Promise<Connection | null>;
}
