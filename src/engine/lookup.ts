import type { Graph } from "./graph.js";
import type { LookupPlan } from "./ops/gather.js";
import { int64, type TensorData } from "./session.js";

/** Whole numbers from 0 as int64, by writing their low words: a BigInt each would cost more than the look-up itself. */
export function indexData(values: Int32Array, ...dims: number[]): TensorData {
  const out = new BigInt64Array(values.length);
  const words = new Int32Array(out.buffer);
  for (let i = 0; i < values.length; i++) words[2 * i] = values[i];
  return int64(out, ...dims);
}

/** Sizes of a plan's groups when a row is looked up at most `most` times: 1, 2, 4, … */
const groupSizes = (most: number): number[] => Array.from({ length: Math.max(1, Math.ceil(Math.log2(most))) + 1 }, (_, b) => 2 ** b);

/** Declares the inputs of a look-up's plan for a table of `rows` rows, each of which is looked up at most `most` times. */
export function planInputs(g: Graph, name: string, rows: number, most: number): LookupPlan {
  return {
    inverse: g.input(`${name}.inverse`, [rows], "int64"),
    groups: groupSizes(most).map((size, b) => g.input(`${name}.group.${b}`, [`${name.replace(/\W/g, "_")}_g${b}`, size], "int64")),
  };
}

/**
 * What `planInputs` takes, for indices of which negative ones stand for no row.
 * @throws Error when an index is looked up more than `most` times
 */
export function planLookup(name: string, indices: Int32Array, rows: number, most: number): Record<string, TensorData> {
  const sizes = groupSizes(most);
  const positions = indices.length;
  const counts = new Int32Array(rows);
  for (let i = 0; i < positions; i++) if (indices[i] >= 0) counts[indices[i]]++;
  const groupOf = (count: number): number => (count <= 1 ? 0 : 32 - Math.clz32(count - 1));
  const members = new Int32Array(sizes.length);
  for (let r = 0; r < rows; r++) {
    if (counts[r] === 0) continue;
    if (counts[r] > sizes.at(-1)!) throw new Error(`planLookup: row ${r} is looked up ${counts[r]} times, at most ${most} are allowed`);
    members[groupOf(counts[r])]++;
  }
  // A group that nobody is in has one member of nothing: runtimes do not care for empty tensors.
  const heights = Array.from(members, (n) => Math.max(1, n));
  const groups = sizes.map((size, b) => new Int32Array(size * heights[b]).fill(positions));
  const starts = heights.map((_, b) => heights.slice(0, b).reduce((a, n) => a + n, 0));
  const inverse = new Int32Array(rows).fill(heights.reduce((a, n) => a + n, 0));
  const next = new Int32Array(sizes.length);
  const slot = new Int32Array(rows);
  for (let r = 0; r < rows; r++) {
    if (counts[r] === 0) continue;
    const b = groupOf(counts[r]);
    inverse[r] = starts[b] + next[b];
    slot[r] = next[b]++ * sizes[b];
  }
  for (let i = 0; i < positions; i++) {
    const r = indices[i];
    if (r >= 0) groups[groupOf(counts[r])][slot[r]++] = i;
  }
  return {
    [`${name}.inverse`]: indexData(inverse, rows),
    ...Object.fromEntries(groups.map((group, b) => [`${name}.group.${b}`, indexData(group, heights[b], sizes[b])])),
  };
}
