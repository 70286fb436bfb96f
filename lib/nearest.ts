/**
 * The candidate that begins with `text`, else the one with the smallest edit distance (insertions, deletions,
 * replacements, swaps of neighbours). Undefined if that one differs in more than a third of its letters.
 */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const longer = text.length < 3 ? undefined : candidates.find((candidate) => candidate.startsWith(text));
  if (longer) return longer;
  const [best] = candidates.map((candidate) => ({ candidate, edits: editsBetween(text, candidate) }))
    .toSorted((a, b) => a.edits - b.edits);
  return best && best.edits <= best.candidate.length / 3 ? best.candidate : undefined;
}

/** The optimal string alignment distance (Damerau 1964, Levenshtein 1966). */
function editsBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + Number(a[i - 1] !== b[j - 1]);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(
        replaced,
        rows[i - 1]![j]! + 1,
        row[j - 1]! + 1,
        swapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
      ));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
