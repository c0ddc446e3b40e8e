/** What the tab's page means, what can be undone, and how Repin is. */
import { Page, show } from "../../pages/page";
import { open } from "../../pages/tabs";
import { words } from "../../text/pages";
import { Changes } from "./changes";
import { Copies } from "./copies";
import { Health } from "./health";
import { look } from "./model";
import { ThisPage } from "./this-page";

show(
  <Page title={words.name}>
    <ThisPage />
    <Changes />
    <Copies />
    <Health />
    <section aria-label={words.openOptions}>
      <button type="button" onClick={() => void open("/options.html").then(close)}>
        {words.openOptions}
      </button>
    </section>
  </Page>,
);
void look();
