/** What the extension's own pages have in common. */
import { type ComponentChildren, render } from "preact";

/** Draws a page into its document. */
export function show(content: ComponentChildren): void {
  const root = document.querySelector("#app");
  if (root !== null) {
    render(content, root);
  }
}

export function Page({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <>
      <header>
        <img src="/icon-48.png" alt="" width="24" height="24" />
        <h1>{title}</h1>
      </header>
      <main>{children}</main>
    </>
  );
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly children: ComponentChildren;
}

export function Section({ id, title, children }: SectionProps) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
