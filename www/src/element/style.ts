const CSS = `
:host {
  display: inline-block;
  max-inline-size: 100%;
  vertical-align: baseline;
  font: var(--repin-font, inherit);
  color: var(--repin-ink, light-dark(#16181c, #eceae4));
}
:host([hidden]) { display: none; }
.frame {
  display: inline-flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.35em var(--repin-gap, 0.6em);
  max-inline-size: 100%;
  box-sizing: border-box;
  min-block-size: 2em;
  padding: 0.2em 0.5em 0.2em 0.3em;
  border: 1px solid var(--repin-line, light-dark(#d9d7cf, #383d44));
  border-radius: var(--repin-radius, 0.5em);
  background: var(--repin-paper, light-dark(#fff, #171a1d));
}
.state {
  padding: 0.1em 0.55em;
  border-radius: calc(var(--repin-radius, 0.5em) * 0.7);
  font-size: 0.85em;
  font-weight: 600;
  color: var(--repin-calm, light-dark(#4d535b, #b6bcc4));
  background: color-mix(in srgb, currentcolor 12%, transparent);
}
.found { color: var(--repin-good, light-dark(#0a5f43, #6fd3ac)); }
.predicted, .building { color: var(--repin-warn, light-dark(#7a4a00, #f0b860)); }
.missing, .failed { color: var(--repin-bad, light-dark(#9c2c17, #ff9b85)); }
.image {
  font: 0.92em/1.4 var(--repin-mono, ui-monospace, "SF Mono", Menlo, Consolas, monospace);
  overflow-wrap: anywhere;
  unicode-bidi: isolate;
}
.words { flex: 1 1 14em; min-inline-size: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
a, button { font: inherit; font-size: 0.85em; color: var(--repin-accent, light-dark(#0b57a4, #8ec5ff)); }
button {
  padding: 0.15em 0.6em;
  border: 1px solid currentcolor;
  border-radius: calc(var(--repin-radius, 0.5em) * 0.7);
  background: none;
  cursor: pointer;
}
a:focus-visible, button:focus-visible { outline: 2px solid currentcolor; outline-offset: 2px; }
.badge { min-block-size: 1.6em; padding: 0.1em 0.45em 0.1em 0.2em; font-size: 0.9em; }
`;

/** One sheet for all elements. It is made by script, so that no policy for styles stands in its way. */
export const SHEET = new CSSStyleSheet();
SHEET.replaceSync(CSS);
