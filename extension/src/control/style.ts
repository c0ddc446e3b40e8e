/** How the control looks, whatever the page around it looks like. */
export const STYLE = `
:host {
  all: initial;
  display: block;
  color-scheme: light;
  font: 400 14px/1.45 system-ui, sans-serif;
  color: var(--ink);
  --ink: light-dark(#16181c, #eceae4);
  --paper: light-dark(#fff, #171a1d);
  --line: light-dark(#c9c7bf, #444a52);
  --accent: light-dark(#0b57a4, #8ec5ff);
  --good: light-dark(#0a5f43, #6fd3ac);
  --warn: light-dark(#7a4a00, #f0b860);
  --bad: light-dark(#9c2c17, #ff9b85);
  --calm: light-dark(#4d535b, #b6bcc4);
}
:host([data-scheme="dark"]) { color-scheme: dark; }
:host([data-repin="card"]) { border-block-start: 1px solid var(--line); }
:host([data-repin="session"]) {
  position: fixed;
  inset-block-end: 12px;
  inset-inline-start: 12px;
  z-index: 1030;
  max-inline-size: min(46rem, 90vw);
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--paper);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.control { padding: 8px 16px; cursor: auto; }
:host([data-repin="start"]) .control { padding-inline: 0; }
.line, .buttons { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; }
.badge {
  padding: 2px 9px;
  border-radius: 5px;
  font-size: 13px;
  font-weight: 600;
  overflow-wrap: anywhere;
  unicode-bidi: isolate;
  color: var(--calm);
  background: color-mix(in srgb, currentcolor 11%, transparent);
}
.good { color: var(--good); }
.warn { color: var(--warn); }
.bad { color: var(--bad); }
.hint, .lack, .said, .facts, details { font-size: 13px; overflow-wrap: anywhere; }
.hint { color: var(--calm); }
p { margin: 4px 0; }
p:empty:not(.said) { display: none; }
.said:empty { margin: 0; }
button, input, select {
  font: inherit;
  color: inherit;
  border: 1px solid var(--line);
  border-radius: 5px;
  background: var(--paper);
}
button { padding: 3px 11px; cursor: pointer; color: var(--accent); border-color: currentcolor; font-size: 13px; }
button.first { color: var(--paper); background: var(--accent); border-color: var(--accent); }
button:disabled { opacity: 0.5; cursor: not-allowed; }
button:hover:not(:disabled) { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
input, select { padding: 5px 9px; inline-size: 100%; }
.dialog {
  display: grid;
  gap: 9px;
  margin-block-start: 8px;
  padding: 12px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--paper);
}
.which { display: grid; grid-template-columns: repeat(auto-fit, minmax(15em, 1fr)); gap: 9px; }
label { display: block; font-size: 13px; color: var(--calm); }
.which label, .ways label { display: grid; gap: 2px; }
label > * { color: var(--ink); font-size: 14px; }
code, input[role="combobox"] { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 13px; overflow-wrap: anywhere; }
.combobox { position: relative; }
[role="listbox"] {
  position: absolute;
  inset-inline: 0;
  z-index: 10;
  max-block-size: 19em;
  margin: 2px 0 0;
  padding: 4px 0;
  overflow: auto;
  list-style: none;
  border: 1px solid var(--line);
  border-radius: 5px;
  background: var(--paper);
  box-shadow: 0 6px 18px rgb(0 0 0 / 18%);
}
[role="option"], .group, li.hint { padding: 3px 11px; }
[role="option"] { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; cursor: pointer; }
[role="option"][aria-selected="true"], [role="option"]:hover { background: color-mix(in srgb, var(--accent) 14%, transparent); }
.group { font-size: 12px; font-weight: 600; color: var(--calm); }
.words { font-size: 12.5px; color: var(--calm); overflow-wrap: anywhere; }
.mark { font-size: 12px; font-weight: 600; }
.facts { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0; padding: 0; list-style: none; color: var(--calm); }
.acts { display: grid; gap: 6px; }
.ways { display: grid; grid-template-columns: repeat(auto-fit, minmax(13em, 1fr)); gap: 8px; border: 1px solid var(--line); border-radius: 5px; }
.ways p { grid-column: 1 / -1; }
.close { justify-self: end; }
.said button { margin-inline-start: 8px; }
@media (prefers-reduced-motion: no-preference) { [aria-busy="true"] { animation: wait 1.4s ease-in-out infinite alternate; } }
@keyframes wait { from { opacity: 1; } to { opacity: 0.45; } }
`;
