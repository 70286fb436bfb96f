/** Estimates the width of text without drawing it. */

/** The width of characters in Helvetica and Arial, in thousandths of the font size; all others count as 556. */
const widths = new Map<string, number>(
  ([
    [222, "ijl|'"],
    [278, " !./,:;Ift[]\\·"],
    [340, '()-r{}`"'],
    [500, "ckJsvxyz"],
    [584, "+<=>~≤≥≠"],
    [667, "ABEKPSVXY&"],
    [611, "FTZ"],
    [722, "CDHNRUw"],
    [778, "GOQ"],
    [850, "mM%"],
    [1000, "W@…—→✓✕"],
  ] as const).flatMap(([width, characters]) =>
    [...characters].map((character) => [character, width] as const)
  ),
);
const otherWidth = 556;
const wideWidth = 1000;

/** How much wider interface fonts are than Arial; DejaVu Sans, one of the widest, 1.15 times. */
const regularFactor = 1.1;
const boldFactor = 1.25;

/**
 * The estimated width of a line of text in an interface font (system-ui), in the unit of `fontSize`; too wide rather than too
 * narrow.
 */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let thousandths = 0;
  for (const character of text) {
    thousandths += widths.get(character) ?? (character >= "\u1100" ? wideWidth : otherWidth);
  }
  return thousandths / 1000 * fontSize * (bold ? boldFactor : regularFactor);
}
