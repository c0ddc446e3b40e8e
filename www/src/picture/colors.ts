/**
 * Colours that people with any kind of colour vision tell apart (Okabe and Ito, 2008; without black), and the more
 * legible colour of a letter on each: those of the command's pictures.
 */
export const PALETTE: readonly { readonly fill: string; readonly letter: string }[] = [
  { fill: "#56b4e9", letter: "#000" },
  { fill: "#e69f00", letter: "#000" },
  { fill: "#009e73", letter: "#000" },
  { fill: "#cc79a7", letter: "#000" },
  { fill: "#f0e442", letter: "#000" },
  { fill: "#0072b2", letter: "#fff" },
  { fill: "#d55e00", letter: "#000" },
];

/** The place in the palette of an environment's colour. */
export function colorOf(number: number): number {
  return number % PALETTE.length;
}

/** `A` to `Z`, then `AA`, `AB`, and so on. */
export function letterOf(number: number): string {
  let letters = "";
  for (let rest = number + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCodePoint(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
