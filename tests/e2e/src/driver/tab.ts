/** How an element is found: by what it is and how it is called, as who does not see the page finds it. */
export interface Named {
  readonly role: string;
  /** Without, any name will do. */
  readonly name?: string;
  /** A CSS selector of an element that it is in, or in whose open shadow root it is. */
  readonly within?: string;
}

/** What has no role, in the open shadow root of an element. */
export interface Inside {
  readonly css: string;
  readonly within: string;
}

/** An element; a text is a CSS selector, for what has no role. */
export type Target = Named | Inside | string;

/** What a browser can do with an element. */
export interface Handle {
  click(): Promise<void>;
  hover(): Promise<void>;
  focus(): Promise<void>;
  /** Its text as it is shown. */
  text(): Promise<string>;
  attribute(name: string): Promise<string | null>;
}

/** A request that the page sent, or somebody on its behalf. */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How a tab looks at a page. */
export interface Look {
  readonly scheme: "light" | "dark";
  readonly width: number;
  readonly height: number;
}

/** One tab, alone with its storage: the little that the scenarios need of a browser. */
export interface Tab {
  /** What the console said, and errors that nobody caught. */
  readonly console: readonly string[];
  /** Every request, in the order of their start. */
  readonly sent: readonly Sent[];
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  back(): Promise<void>;
  forward(): Promise<void>;
  url(): string;
  /** Elements that are there now. */
  all(target: Target): Promise<Handle[]>;
  /** A key, also with modifiers: `Control+A`. */
  press(key: string): Promise<void>;
  type(text: string): Promise<void>;
  /** Turns the wheel by so many pixels where the pointer is. */
  wheel(pixels: number): Promise<void>;
  /** Evaluates an expression in the page; a promise is awaited. */
  evaluate(expression: string): Promise<unknown>;
  resize(width: number, height: number): Promise<void>;
  screenshot(path: string): Promise<void>;
  /** Lets requests whose address contains a text wait until the answer is called. */
  hold(part: string): Promise<() => void>;
  /** The text of the file that an action downloads. */
  download(action: () => Promise<void>): Promise<string>;
  /** Another tab with the same storage. */
  sibling(): Promise<Tab>;
  close(): Promise<void>;
}

/** A running browser. */
export interface Browser {
  open(look: Look): Promise<Tab>;
  close(): Promise<void>;
}
