import type { Phrase } from "./phrase";

/** A sentence on the page: whatever a stranger wrote stands isolated in it. */
export function Said({ phrase }: { phrase: Phrase }) {
  return (
    <>
      {phrase.map((part, at) => {
        if (typeof part === "string") {
          return part;
        }
        return part.code ? (
          <bdi key={at}>
            <code>{part.quoted}</code>
          </bdi>
        ) : (
          <bdi key={at}>{part.quoted}</bdi>
        );
      })}
    </>
  );
}
