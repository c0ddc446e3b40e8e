/** How many colours there are: see lanes.css. */
const COLORS = 7;

/** The place in the palette of an environment's colour. */
export function colorOf(number: number): number {
  return number % COLORS;
}

/** `A` to `Z`, then `AA`, `AB`, and so on. */
export function letterOf(number: number): string {
  let letters = "";
  for (let rest = number + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCodePoint(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
