import type { Layout } from "../data/layout.js";
import type { MemoryRows } from "./paths.js";

/** Fewest people that a prototype averages, and fewest that a class, number or grid cell must come from to be kept. */
export const smallestPrototype = 20;
const fewestPeople = 5;

/**
 * Groups people into prototypes of 20 to 39 by halving again and again along the direction of largest variance, and
 * averages each group's cells. What fewer than five people of a group share is dropped, so that no person's cell is kept.
 * @param filled (rows, features) features with holes filled, by which people are grouped
 * @returns null when there are fewer than 20 people
 */
export function makePrototypes(people: MemoryRows, filled: Float32Array, layout: Layout): MemoryRows | null {
  if (people.rows < smallestPrototype) return null;
  const groups = halve(Int32Array.from({ length: people.rows }, (_, i) => i), filled, layout.features);
  const d = layout.features;
  const p = layout.columns.length;
  const cellsPerRow = people.cells.length / people.rows;
  const features = new Float32Array(groups.length * d);
  const observed = new Float32Array(groups.length * p);
  const cells = new Float32Array(groups.length * cellsPerRow);
  groups.forEach((members, g) => {
    averageColumns(people, members, layout, features.subarray(g * d, (g + 1) * d), observed.subarray(g * p, (g + 1) * p));
    averageCells(people, members, cellsPerRow, cells.subarray(g * cellsPerRow, (g + 1) * cellsPerRow));
  });
  const sources = people.sources && averageRows(people.sources, people.rows, groups);
  return { ...(sources ? { sources } : {}), rows: groups.length, features, observed, cells, row: new BigInt64Array(groups.length).fill(-2n) };
}

function averageColumns(people: MemoryRows, members: Int32Array, layout: Layout, features: Float32Array, observed: Float32Array): void {
  const d = layout.features;
  const p = layout.columns.length;
  layout.columns.forEach(({ first, width, kind }, j) => {
    let count = 0;
    const sums = new Float64Array(width);
    for (const i of members) {
      if (!people.observed[i * p + j]) continue;
      count++;
      for (let k = 0; k < width; k++) sums[k] += people.features[i * d + first + k];
    }
    if (count < fewestPeople) return;
    if (kind === "levels") {
      let kept = 0;
      for (let k = 0; k < width; k++) kept += sums[k] = sums[k] < fewestPeople ? 0 : sums[k];
      if (kept === 0) return;
      for (let k = 0; k < width; k++) sums[k] *= count / kept;
    }
    observed[j] = count / members.length;
    for (let k = 0; k < width; k++) features[first + k] = sums[k] / members.length;
  });
}

/** Each group's mean row of a matrix with so many rows. */
function averageRows(matrix: Float32Array, rows: number, groups: readonly Int32Array[]): Float32Array {
  const width = matrix.length / rows;
  const out = new Float32Array(groups.length * width);
  groups.forEach((members, g) => {
    for (const i of members) for (let k = 0; k < width; k++) out[g * width + k] += matrix[i * width + k] / members.length;
  });
  return out;
}

function averageCells(people: MemoryRows, members: Int32Array, width: number, out: Float32Array): void {
  for (const i of members) for (let k = 0; k < width; k++) out[k] += people.cells[i * width + k];
  for (let k = 0; k < width; k++) out[k] = out[k] < fewestPeople ? 0 : out[k] / members.length;
}

function halve(members: Int32Array, x: Float32Array, d: number): Int32Array[] {
  if (members.length < 2 * smallestPrototype) return [members];
  const score = projections(members, x, d);
  const order = members.map((_, k) => k).sort((a, b) => score[a] - score[b] || members[a] - members[b]);
  const half = members.length >> 1;
  const pick = (from: number, to: number): Int32Array => order.subarray(from, to).map((k) => members[k]);
  return [...halve(pick(0, half), x, d), ...halve(pick(half, members.length), x, d)];
}

/** Scores of the members on their first principal component, by a few power iterations from a fixed start. */
function projections(members: Int32Array, x: Float32Array, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (const i of members) for (let k = 0; k < d; k++) mean[k] += x[i * d + k] / members.length;
  let direction = Float64Array.from({ length: d }, (_, k) => 1 + (k % 7) / 7);
  const score = new Float64Array(members.length);
  for (let round = 0; round < 8; round++) {
    const next = new Float64Array(d);
    members.forEach((i, m) => {
      let s = 0;
      for (let k = 0; k < d; k++) s += (x[i * d + k] - mean[k]) * direction[k];
      score[m] = s;
      for (let k = 0; k < d; k++) next[k] += s * (x[i * d + k] - mean[k]);
    });
    const norm = Math.sqrt(next.reduce((sum, v) => sum + v * v, 0));
    if (norm === 0) break;
    direction = next.map((v) => v / norm);
  }
  return score;
}
