/** A long name: where it does not fit a line, it breaks after its parts first. */
export function Breakable({ text }: { text: string }) {
  const parts = text.split(/(?<=[/:])/u);
  return (
    <bdi dir="ltr">
      {parts.map((part, at) => (
        <span key={at} class="unbroken">
          {part}
        </span>
      ))}
    </bdi>
  );
}

/** A command: it breaks between its words, not at their hyphens. */
export function Words({ text }: { text: string }) {
  return (
    <>
      {text.split(/(?<space>\s+)/u).map((part, at) =>
        at % 2 === 1 ? (
          part
        ) : (
          <span key={at} class="unbroken">
            {part}
          </span>
        ),
      )}
    </>
  );
}
