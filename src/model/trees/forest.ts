/** Trees that predict one column from all others: plain arrays, walked one row at a time. */

/** Nodes of all trees of a column lie one after the other; the children of a split are `left` and the node after it. */
export interface Trees {
  /** (trees) first node of each tree. */
  readonly roots: Int32Array;
  /** (nodes) question that a split asks; -1 at a leaf. */
  readonly question: Int32Array;
  /** (nodes) a person whose answer is at most this goes left; at a number's leaf, its mean. */
  readonly upTo: Float32Array;
  /** (nodes) left child; at a leaf of levels, where its probabilities begin. */
  readonly left: Int32Array;
  /** Classes' probabilities of leaves; empty for numbers. */
  readonly probabilities: Float32Array;
}

/** (columns) null where a column has too few values. */
export type Forest = readonly (Trees | null)[];

/** Predictions of some rows by the trees, worked out when they are asked for. */
export interface TreePath {
  /** (width) mean of a number, in standard deviations, or classes' probabilities; null where the column has no trees. */
  of(row: number, j: number): Float32Array | null;
  /** The same of the rows from `first` on. */
  from(first: number): TreePath;
}

/**
 * Mean over the trees of a number, in standard deviations, or of the classes' probabilities.
 * @param answers (questions) of one person
 * @param out (width)
 */
export function predictTrees({ roots, question, upTo, left, probabilities }: Trees, answers: Float32Array, out: Float32Array): void {
  out.fill(0);
  const width = out.length;
  const levels = probabilities.length > 0;
  for (let t = 0; t < roots.length; t++) {
    let node = roots[t];
    while (question[node] >= 0) node = answers[question[node]] <= upTo[node] ? left[node] : left[node] + 1;
    if (levels) for (let k = 0; k < width; k++) out[k] += probabilities[left[node] + k];
    else out[0] += upTo[node];
  }
  for (let k = 0; k < width; k++) out[k] /= roots.length;
}
