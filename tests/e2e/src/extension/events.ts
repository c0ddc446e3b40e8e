/** Does to everything in an element's open shadow root what a page's script can do. Runs in the page. */
export function pressAll(host: string): void {
  const root = document.querySelector(host)?.shadowRoot;
  for (const element of root?.querySelectorAll("button, input, [role=option]") ?? []) {
    for (const type of ["pointerdown", "mousedown", "mouseup", "click", "keydown", "input", "change"]) {
      element.dispatchEvent(new Event(type, { bubbles: true }));
      element.dispatchEvent(new MouseEvent(type, { bubbles: true }));
      element.dispatchEvent(new KeyboardEvent(type, { key: "Enter", bubbles: true }));
    }
    (element as HTMLElement).click();
  }
}
