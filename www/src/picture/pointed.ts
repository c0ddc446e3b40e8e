import { signal } from "@preact/signals";

/** The row on which the keyboard is. */
export const active = signal(0);
/** The row to which the pointer points. */
export const hovered = signal<number | null>(null);
