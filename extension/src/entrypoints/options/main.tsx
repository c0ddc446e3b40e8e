import { signal, useSignal } from "@preact/signals";

import { furtherHosts, isBuiltIn, isPermitted, otherHosts, removeHost, removeOther } from "../../background/hosts";
import { type Shown, forgetToken, knownTokens } from "../../background/tokens";
import { forgetEverything } from "../../pages/forget";
import { allow, workOn } from "../../pages/grant";
import { HostForm } from "../../pages/host-form";
import { Page, Section, show } from "../../pages/page";
import { type Said, SaidLine, failed, good, warn } from "../../pages/said";
import { SignIn } from "../../pages/sign-in";
import { words } from "../../text/pages";
import { type Entry, List } from "./list";

interface Known {
  readonly renkus: readonly Entry[];
  readonly gitlabs: readonly Entry[];
  readonly tokens: readonly Shown[];
}

const known = signal<Known>({ renkus: [], gitlabs: [], tokens: [] });

async function look(): Promise<void> {
  const [renkus, gitlabs, tokens] = await Promise.all([furtherHosts(), otherHosts(), knownTokens()]);
  const permitted = await Promise.all(renkus.map(isPermitted));
  known.value = {
    renkus: renkus.map((host, index) => ({ host, note: permitted[index] === true ? "" : words.options.notPermitted })),
    gitlabs: gitlabs.map((host) => ({ host, note: "" })),
    tokens,
  };
}

/** Does something, and shows what there is then. */
async function then<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await look();
  }
}

function Renkus() {
  const add = async (origin: string): Promise<Said> => {
    const name = new URL(origin).host;
    const isAllowed = await then(workOn(origin));
    if (!isAllowed) {
      return warn(words.renku.denied(name));
    }
    return good(isBuiltIn(origin) ? words.renku.already(name) : words.renku.done(name));
  };
  return (
    <Section id="renkus" title={words.options.renkus}>
      <p class="hint">{words.options.renkusWhy}</p>
      <List
        entries={known.value.renkus}
        none={words.options.noRenkus}
        onRemove={(host) => then(removeHost(host))}
      />
      <HostForm {...formOf("renku")} button={words.renku.work} onHost={add} />
    </Section>
  );
}

function Gitlabs() {
  const add = async (origin: string): Promise<Said> => {
    const name = new URL(origin).host;
    return (await then(allow(origin))) ? good(words.gitlab.done(name)) : warn(words.gitlab.denied(name));
  };
  return (
    <Section id="gitlabs" title={words.options.gitlabs}>
      <p class="hint">{words.options.gitlabsWhy}</p>
      <List entries={known.value.gitlabs} none={words.options.noGitlabs} onRemove={(host) => then(removeOther(host))} />
      <HostForm {...formOf("gitlab")} button={words.gitlab.allow} onHost={add} />
    </Section>
  );
}

function Tokens() {
  const host = useSignal<string | null>(null);
  const entries = known.value.tokens.map(({ gitlab, kind, until }) => ({
    host: gitlab,
    note: [words.options.kinds[kind], words.options.until(until)].filter((part) => part !== "").join(", "),
  }));
  return (
    <Section id="tokens" title={words.options.signIn}>
      <p class="hint">{words.options.signInWhy}</p>
      <List entries={entries} none={words.options.noTokens} onRemove={(one) => then(forgetToken(one))} />
      <HostForm
        {...formOf("gitlab")}
        button={words.options.signInTo}
        onHost={(origin) => {
          host.value = origin;
          return Promise.resolve(null);
        }}
      />
      {host.value !== null && <SignIn key={host.value} host={host.value} onKept={() => void look()} />}
    </Section>
  );
}

function Forget() {
  const said = useSignal<Said | null>(null);
  const forget = async (): Promise<void> => {
    try {
      await then(forgetEverything());
      said.value = good(words.options.forgotten);
    } catch (error) {
      said.value = failed(error);
    }
  };
  return (
    <Section id="forget" title={words.options.forget}>
      <p class="hint">{words.options.forgetWhy}</p>
      <button type="button" class="danger" onClick={() => void forget()}>
        {words.options.forget}
      </button>
      <SaidLine said={said.value} />
    </Section>
  );
}

function formOf(what: "renku" | "gitlab") {
  const { address, example, wrong } = words[what];
  return { label: address, example, wrong };
}

show(
  <Page title={words.options.title}>
    <Renkus />
    <Gitlabs />
    <Tokens />
    <Forget />
  </Page>,
);
void look();
