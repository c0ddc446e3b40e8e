import { render } from "preact";

import { followAddress } from "./ask/navigate";
import { repin } from "./ask/repin";
import { workOffline } from "./kept/offline";
import { Page } from "./page";
import "./style/page.css";
import "./address/address.css";
import "./answer/answer.css";
import "./picture/picture.css";
import "./picture/rows.css";
import "./picture/lanes.css";
import "./recipe/recipe.css";
import "./intro/intro.css";

const root = document.querySelector("#page");
if (root === null) {
  throw new Error("index.html has the element #page");
}
followAddress();
render(<Page />, root);

// Whoever reads the page will ask: by then the wasm is there.
const idle = globalThis.requestIdleCallback ?? ((whenIdle: () => void) => setTimeout(whenIdle, 1));
idle(() => {
  // That it does not load is said to whoever asks.
  repin().catch(() => null);
  workOffline();
});
