import type { Resolution } from "repin";

/** Something to copy. */
export interface Line {
  /** What the button says. */
  readonly button: string;
  readonly text: string;
  /** Where it goes. */
  readonly help: string;
}

/**
 * A reference as registries know them: nothing in it means anything to a shell or to an INI file, and it cannot be
 * taken for an option.
 */
const REFERENCE =
  /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+:\w[\w.-]{0,127}$/iu;

/** Whether it could be the reference of an image: a GitLab may answer with anything. */
export function isReference(reference: string): boolean {
  return reference.length <= 500 && REFERENCE.test(reference);
}

/** What to copy for an image. Without its registry only the tag is known. */
export function linesOf(image: NonNullable<Resolution["image"]>): Line[] {
  const { reference, tag } = image;
  if (reference === null) {
    return [{ button: "Copy image", text: tag, help: "The tag alone: which registry has it is not known." }];
  }
  if (!isReference(reference)) {
    return [];
  }
  return [
    { button: "Copy image", text: reference, help: "The image’s full name." },
    { button: "Copy docker pull", text: `docker pull ${reference}`, help: "Gets the image." },
    {
      button: "Copy docker run",
      text: runLine(reference),
      help: "Opens the session on your own machine, in the folder you are in: follow the address that it prints.",
    },
    {
      button: "Copy renku.ini line",
      text: `[interactive]\nimage = ${reference}`,
      help: "Pins the image for all commits that have it, in .renku/renku.ini.",
    },
    { button: "Copy launcher field", text: reference, help: "In Renku 2: the launcher’s environment, field “Container image”." },
  ];
}

/** Renku's images are descendants of Jupyter's docker-stacks: their user is jovyan, their port 8888. */
function runLine(reference: string): string {
  return [
    "docker run --rm -it -p 127.0.0.1:8888:8888",
    '-v "$PWD":/home/jovyan/work -w /home/jovyan/work',
    reference,
    "jupyter lab --ip=0.0.0.0",
  ].join(" ");
}
