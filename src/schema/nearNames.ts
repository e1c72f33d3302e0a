/** What a sentence says of a name that no attribute has: which are near to it, or which there are. */

/** Names that a sentence lists. */
const mostListed = 6;

/** "near to it is height", or "there are age, height" where none is near; empty where there are none. */
export function nearNames(name: string, known: readonly string[]): string {
  const near = namesNear(name, known);
  const all = near.length > 0 ? near : known;
  if (all.length === 0) return "";
  const start = near.length > 0 ? "near to it" : "there";
  return `${start} ${all.length === 1 ? "is" : "are"} ${all.slice(0, mostListed).join(", ")}${all.length > mostListed ? ", …" : ""}`;
}

/** The names that somebody may have meant. */
export const namesNear = (name: string, known: readonly string[]): string[] => known.filter((other) => isNear(name.toLowerCase(), other.toLowerCase()));

/** Whether one name is a part of the other, or misspelled: by one letter in four, two at most. */
function isNear(a: string, b: string): boolean {
  return a.includes(b) || b.includes(a) || edits(a, b) <= Math.min(2, Math.min(a.length, b.length) >> 2);
}

/** Letters to put in, take out, change or swap with their neighbour (optimal string alignment; Damerau 1964). */
function edits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, k) => k)];
  for (let i = 1; i <= a.length; i++) {
    const row = (rows[i] = [i]);
    for (let k = 1; k <= b.length; k++) {
      row[k] = Math.min(row[k - 1] + 1, rows[i - 1][k] + 1, rows[i - 1][k - 1] + (a[i - 1] === b[k - 1] ? 0 : 1));
      if (i > 1 && k > 1 && a[i - 1] === b[k - 2] && a[i - 2] === b[k - 1]) row[k] = Math.min(row[k], rows[i - 2][k - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}
