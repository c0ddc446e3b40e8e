/** What a legacy Renku lets a person do with an image. */
import type { Acts, Choice } from "../control/acts";
import { CopyButton } from "../control/copy-button";
import { SaidLine } from "../control/said";
import { trusted } from "../control/trusted";
import { t } from "../text/messages";
import { projectOf } from "./model";
import type { NextImage } from "./next";
import type { StartModel } from "./start";

export function actsOf(model: StartModel): Acts {
  return {
    Buttons: ({ choice }) => <Buttons model={model} choice={choice} />,
    Line: () => <Line model={model} />,
    onOpen: () => void model.lookForSessions(),
    // Its GitLab is asked with this person's own session.
    connection: () => Promise.resolve(null),
  };
}

function Buttons({ model, choice: { image } }: { readonly model: StartModel; readonly choice: Choice }) {
  const use = trusted(() => (image === null ? null : model.useOnce(image)));
  return (
    <div class="acts">
      {model.sessions.value.map((session) => (
        <p key={session.name} class="warn">
          {t.legacy.running(projectOf(session), session.status.state ?? "", session.image ?? null)}
        </p>
      ))}
      <div class="buttons">
        {/* Not disabled while it works: it would lose the focus. Pressing it again does nothing then. */}
        <button type="button" class="first" disabled={image === null} aria-busy={model.isBusy.value} onClick={use}>
          {t.useOnce}
        </button>
        <CopyButton label={t.copy} text={image} />
      </div>
      <Next next={model.next} onRemove={() => model.removeOverride()} />
      <SaidLine said={model.said.value} />
    </div>
  );
}

/** Beside the badge: the override, until the launch. */
function Line({ model }: { readonly model: StartModel }) {
  return (
    <>
      <Next next={model.next} onRemove={() => model.removeOverride()} />
      <SaidLine said={model.said.value} />
    </>
  );
}

/** The override, and how to be rid of it. */
export function Next({ next, onRemove }: { readonly next: NextImage; readonly onRemove: () => void }) {
  const image = next.image.value;
  return image === null ? null : (
    <div class="line">
      <span class="badge warn" role="status">
        {t.legacy.next(image)}
      </span>
      <button type="button" onClick={trusted(onRemove)}>
        {t.removeOverride}
      </button>
    </div>
  );
}
