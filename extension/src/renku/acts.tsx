/** What Renku 2 lets a person do with an image. */
import { useEffect } from "preact/hooks";

import type { Acts, Choice } from "../control/acts";
import { CopyButton } from "../control/copy-button";
import { SaidLine } from "../control/said";
import { trusted } from "../control/trusted";
import { WaysForm } from "../control/ways";
import { connectionOf } from "./connection";
import { t } from "../text/messages";
import { ANCHORS } from "../page/anchors";
import type { LauncherModel } from "./launcher";

/** What can be done with a launcher's image. */
export function actsOf(model: LauncherModel): Acts {
  return {
    Buttons: ({ choice }) => <Buttons model={model} choice={choice} />,
    Line: () => <Line model={model} />,
    onOpen: () => void model.lookForSessions(),
    connection: connectionOf,
  };
}

function Buttons({ model, choice }: { readonly model: LauncherModel; readonly choice: Choice }) {
  const { image } = choice;
  const isBusy = model.isBusy.value;
  const change = model.change.value;
  const sessions = model.sessions.value;
  const run = (work: (image: string) => Promise<void>) =>
    trusted(() => {
      if (image !== null) {
        void work(image);
      }
    });
  useEffect(() => {
    model.asksWays.value = false;
  }, [image]);
  return (
    <div class="acts">
      {sessions.map((session) => (
        <p key={session.name} class="warn">
          {t.running(session.status.state ?? "", session.image ?? null)}
        </p>
      ))}
      <div class="buttons">
        {model.shared.write === true && (
          <button type="button" class="first" aria-busy={isBusy} disabled={image === null || model.isJob} onClick={run((one) => model.useOnce(one))}>
            {t.useOnce}
          </button>
        )}
        {model.canChange && (
          <button type="button" aria-busy={isBusy} disabled={image === null || image === model.image} onClick={run((one) => model.changeTo(one))}>
            {t.change}
          </button>
        )}
        <CopyButton label={t.copy} text={image} />
        <Undo model={model} />
        <Remove model={model} />
      </div>
      {change !== null && <p class="hint">{t.before(change.before)}</p>}
      {model.canChange && sessions.length > 0 && <p class="hint">{t.changeRunning}</p>}
      {model.shared.write === true && model.isJob && <p class="hint">{t.noJobs}</p>}
      {model.shared.write !== true && <WithoutWrite model={model} choice={choice} />}
      {model.asksWays.value && image !== null && (
        <WaysForm isBusy={isBusy} onStart={(ways) => void model.useOnce(image, { ways, anyway: true })} />
      )}
      <SaidLine said={model.said.value} />
    </div>
  );
}

/** Does what takes the pressed button away; who works by the keyboard goes on from the control's first button. */
function andBack(act: () => Promise<void>): (event: MouseEvent) => void {
  return trusted(async (event: MouseEvent) => {
    const button = event.currentTarget as HTMLElement;
    const root = button.getRootNode() as ShadowRoot;
    await act();
    if (!button.isConnected) {
      root.querySelector<HTMLElement>("button[aria-expanded]")?.focus();
    }
  });
}

/** Beside the badge: what undoes what was done. */
function Line({ model }: { readonly model: LauncherModel }) {
  return (
    <>
      <Undo model={model} />
      <Remove model={model} />
      <SaidLine said={model.said.value} />
    </>
  );
}

function Undo({ model }: { readonly model: LauncherModel }) {
  const change = model.change.value;
  return change === null ? null : (
    <button type="button" title={t.before(change.before)} aria-busy={model.isBusy.value} onClick={andBack(() => model.undo())}>
      {t.undo}
    </button>
  );
}

function Remove({ model }: { readonly model: LauncherModel }) {
  const isOurs = model.original !== null;
  const copies = model.copies.value;
  if (model.shared.write !== true || (!isOurs && copies.length === 0)) {
    return null;
  }
  const title = isOurs ? t.ours(model.image ?? "") : t.leftBehind(copies.map(({ name }) => name).join(", "));
  return (
    <>
      <span class="hint">{title}</span>
      <button type="button" aria-busy={model.isBusy.value} onClick={andBack(() => model.removeCopies())}>
        {t.removeOverride}
      </button>
    </>
  );
}

function WithoutWrite({ model, choice }: { readonly model: LauncherModel; readonly choice: Choice }) {
  const reason = choice.isRight ? t.reasonRight(choice.name) : t.reasonOther;
  const message = choice.image === null ? null : t.message(model.launcher.name, choice.image, reason, `${location.origin}${model.page}`);
  const copyProject = document.querySelector<HTMLElement>(ANCHORS.copyProject);
  return (
    <>
      <p class="hint">{model.shared.write === null ? t.writeUnknown : t.noWrite}</p>
      <div class="buttons">
        {copyProject === null ? (
          <a href={model.page}>{t.noCopyProject}</a>
        ) : (
          <button type="button" onClick={trusted(() => copyProject.click())}>
            {t.copyProject}
          </button>
        )}
        <CopyButton label={t.askOwner} text={message} />
      </div>
    </>
  );
}
