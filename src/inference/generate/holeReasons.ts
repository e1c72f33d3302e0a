import type { TreeFeature } from "./growTree.js";

/** Rows that associations are counted on, at most. */
const countedRows = 1000;
/** Squared correlation of two columns' holes above which the one's values can't explain the other's holes. */
const together = 0.05;

/**
 * Finds by which features holes of a column may be explained: those along whose bins its share of holes differs most. A column that lacks
 * values where this one does is left out: where there is a hole its values are the model's, and a tree would learn to tell those from real ones.
 * @param isHole (columns) of (rows)
 * @returns a function of the column, candidates and how many are wanted at most; features beyond the columns are of holes
 */
export function holeReasons(isHole: readonly Uint8Array[]): (column: number, candidates: readonly TreeFeature[], most: number) => TreeFeature[] {
  const rows = isHole[0]?.length ?? 0;
  const step = Math.max(1, rows / countedRows);
  const counted = Int32Array.from({ length: Math.min(rows, countedRows) }, (_, k) => Math.floor(k * step));
  const shares = isHole.map((holes) => shareOf(holes));
  function shareOf(holes: Uint8Array): number {
    let n = 0;
    for (const i of counted) n += holes[i];
    return n / counted.length;
  }
  function correlation(a: number, b: number): number {
    let both = 0;
    for (const i of counted) both += isHole[a][i] & isHole[b][i];
    const spread = shares[a] * (1 - shares[a]) * shares[b] * (1 - shares[b]);
    return spread > 0 ? (both / counted.length - shares[a] * shares[b]) ** 2 / spread : 0;
  }
  /** How far the share of holes differs between bins, less what chance does. */
  function association(column: number, { codes, bins }: TreeFeature): number {
    const people = new Float64Array(bins + 1);
    const empty = new Float64Array(bins + 1);
    const holes = isHole[column];
    for (const i of counted) {
      people[codes[i]]++;
      empty[codes[i]] += holes[i];
    }
    const share = shares[column];
    let between = 0;
    let used = 0;
    for (let b = 0; b <= bins; b++) {
      if (people[b] === 0) continue;
      used++;
      between += (empty[b] - share * people[b]) ** 2 / people[b];
    }
    return between - (used - 1) * share * (1 - share);
  }
  return (column, candidates, most) =>
    candidates
      .filter(({ feature }) => feature >= isHole.length || correlation(column, feature) < together)
      .map((feature) => ({ feature, found: association(column, feature) }))
      .sort((a, b) => b.found - a.found || a.feature.feature - b.feature.feature)
      .slice(0, most)
      .map(({ feature }) => feature);
}
