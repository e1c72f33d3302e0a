/** A table of answers by bins, so that a split is found from counts. */

/** Bins that a question's answers are cut into at most, about equally full. */
const mostBins = 32;

export interface BinnedTable {
  /** (questions) of (rows) bins. */
  readonly bins: readonly Uint8Array[];
  /** (questions) upper ends of all bins but the last. */
  readonly ends: readonly Float32Array[];
}

/** @param answers (rows, questions) */
export function binTable(answers: Float32Array, rows: number, questions: number): BinnedTable {
  const bins: Uint8Array[] = [];
  const ends: Float32Array[] = [];
  const column = new Float32Array(rows);
  for (let q = 0; q < questions; q++) {
    for (let i = 0; i < rows; i++) column[i] = answers[i * questions + q];
    const own = binEnds(column.slice().sort());
    ends.push(own);
    bins.push(Uint8Array.from(column, (x) => binOf(own, x)));
  }
  return { bins, ends };
}

/** Middles between neighbouring values, evenly spaced ones by rank where there are many. */
function binEnds(sorted: Float32Array): Float32Array {
  const values: number[] = [];
  const counts: number[] = [];
  for (const x of sorted) {
    if (values.length === 0 || x !== values[values.length - 1]) {
      values.push(x);
      counts.push(0);
    }
    counts[counts.length - 1]++;
  }
  const ends: number[] = [];
  let inside = 0;
  const full = values.length <= mostBins ? 1 : sorted.length / mostBins;
  for (let k = 0; k + 1 < values.length; k++) {
    inside += counts[k];
    if (inside < full) continue;
    const end = Math.fround((values[k] + values[k + 1]) / 2);
    // Halfway between two neighbouring floats lies one of them.
    ends.push(end < values[k + 1] ? end : values[k]);
    inside = 0;
  }
  return Float32Array.from(ends.slice(0, mostBins - 1));
}

/** How many ends lie below x. */
function binOf(ends: Float32Array, x: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x <= ends[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}
