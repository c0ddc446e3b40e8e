/** Asks for one thing that a content script cannot ask for: a permission, or a token. */
import { signal, useSignal } from "@preact/signals";

import { TESTS } from "../../hosts";
import { allow, workOn } from "../../pages/grant";
import { Page, show } from "../../pages/page";
import { type Said, SaidLine, failed, good, warn } from "../../pages/said";
import { SignIn } from "../../pages/sign-in";
import { closeOwn } from "../../pages/tabs";
import { type Wish, wishOf } from "../../pages/wish";
import { words } from "../../text/pages";

const wish = signal(wishOf(location.hash, TESTS));
addEventListener("hashchange", () => {
  wish.value = wishOf(location.hash, TESTS);
});

function Permit() {
  const wanted = wish.value;
  return wanted === null ? (
    <Page title={words.name}>
      <p>{words.permit.unclear}</p>
    </Page>
  ) : (
    <Page title={words.permit.titles[wanted.why]} key={location.hash}>
      {wanted.why === "sign-in" ? <SignIn host={wanted.host} /> : <Ask wish={{ ...wanted, why: wanted.why }} />}
      <p>
        <button type="button" onClick={() => void closeOwn()}>
          {words.closeTab}
        </button>
      </p>
    </Page>
  );
}

function Ask({ wish: { host, why, beside } }: { readonly wish: Wish & { readonly why: "renku" | "gitlab" | "registry" } }) {
  const said = useSignal<Said | null>(null);
  const hosts = beside === undefined ? [host] : [host, beside];
  const name = [...new Set(hosts.map((one) => new URL(one).host))].join(" and ");
  const texts = words[why];
  const ask = (): void => {
    const asked = why === "renku" ? workOn(host) : allow(...hosts);
    asked.then(
      (isAllowed) => {
        said.value = isAllowed ? good(texts.done(name)) : warn(texts.denied(name));
      },
      (error: unknown) => {
        said.value = failed(error);
      },
    );
  };
  return (
    <>
      <p>{texts.why(name)}</p>
      <p>
        <button type="button" class="first" onClick={ask}>
          {why === "renku" ? words.renku.work : words.gitlab.allowOf(name)}
        </button>
      </p>
      <SaidLine said={said.value} />
    </>
  );
}

show(<Permit />);
