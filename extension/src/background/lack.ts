import type { Why } from "../protocol/messages";

/** Something is missing that a person can give. */
export class Lack extends Error {
  override readonly name = "Lack";
  readonly why: Why;

  constructor(code: string, message: string, hint: string | null) {
    super(message);
    this.why = { code, message, hint };
  }
}
