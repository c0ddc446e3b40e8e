/**
 * Acts on what a person does, and on nothing that a page does in the person's place: the root of the control is open, so
 * that a page could press its buttons.
 */
export function trusted<E extends Event>(act: (event: E) => unknown): (event: E) => void {
  return (event) => {
    if (event.isTrusted) {
      void act(event);
    }
  };
}
