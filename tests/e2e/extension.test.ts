/** The browser extension on the stand-in's Renku, in one browser. */
import { afterAll, beforeAll } from "vitest";

import { lower, raise } from "./src/extension/stage";

import "./extension/badges";
import "./extension/once";
import "./extension/change";
import "./extension/page";
import "./extension/dialog";
import "./extension/pages";
import "./extension/legacy";
import "./extension/legacy-launch";
import "./extension/legacy-hostile";
import "./extension/hostile";
import "./extension/tag";

beforeAll(raise);
afterAll(lower);
