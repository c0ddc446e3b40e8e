/** Every scenario, in one browser, which is started once. */
import { afterAll, beforeAll } from "vitest";

import { lower, raise } from "./src/stage";

import "./scenarios/start";
import "./scenarios/answer";
import "./scenarios/address";
import "./scenarios/picture";
import "./scenarios/recipe";
import "./scenarios/failure";
import "./scenarios/tokens";
import "./scenarios/tag";
import "./scenarios/hostile";
import "./scenarios/keyboard";
import "./scenarios/views";
import "./scenarios/smooth";
import "./scenarios/alone";
import "./scenarios/element";

beforeAll(raise);
afterAll(lower);
