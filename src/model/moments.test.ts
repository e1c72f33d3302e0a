import { expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { createRng } from "../base/random.js";
import { openSession } from "../engine/node/session.js";
import { openMoments, peopleOf, pickPeople } from "./moments.js";

/** As the definition says, in double precision: means of the sources and sum of w (x - A M)(x - A M)'. */
function plainly(x: number[][], weight: number[], from: number[][]): { centers: number[]; center: number[]; gram: number[] } {
  const d = x[0].length;
  const total = weight.reduce((a, b) => a + b, 0);
  const mean = (of: (i: number) => number, s: number): number => x.reduce((sum, _, i) => sum + weight[i] * from[i][s] * of(i), 0) / x.reduce((sum, _, i) => sum + weight[i] * from[i][s], 0);
  const means = from[0].map((_, s) => Array.from({ length: d }, (__, k) => mean((i) => x[i][k], s)));
  const left = x.map((row, i) => row.map((v, k) => v - means.reduce((sum, m, s) => sum + from[i][s] * m[k], 0)));
  const gram = Array.from({ length: d * d }, (_, at) => left.reduce((sum, row, i) => sum + (weight[i] / total) * row[Math.floor(at / d)] * row[at % d], 0));
  return { centers: means.flat(), center: Array.from({ length: d }, (_, k) => x.reduce((sum, row, i) => sum + (weight[i] / total) * row[k], 0)), gram };
}

test("moments are those of the definition, about sources' means, of chosen rows and features, over blocks of rows", async () => {
  const rng = createRng(3);
  const [n, d] = [5000, 5];
  const x = Array.from({ length: n }, () => Array.from({ length: d }, () => rng.normal() + 0.5));
  // People of the first source, of the second, and of both.
  const from = Array.from({ length: n }, (_, i) => (i % 3 === 0 ? [1, 0] : i % 3 === 1 ? [0, 1] : [0.5, 0.5]));
  x.forEach((row, i) => (row[1] += 2 * from[i][1]));
  const weight = Array.from({ length: n }, (_, i) => 1 + (i % 4));
  const people = peopleOf(n, Float64Array.from(weight), Float32Array.from(from.flat()));
  const moments = await openMoments(d, openSession);
  const table = Float32Array.from(x.flat());
  const all = await moments.of(table, { rows: null, features: null }, people);
  const rows = Int32Array.from({ length: 2500 }, (_, r) => 2 * r);
  const features = Int32Array.of(1, 3, 4);
  const some = await moments.of(table, { rows, features }, pickPeople(people, rows));
  await moments.close();
  for (const [got, expected] of [
    [all, plainly(x, weight, from)],
    [some, plainly(Array.from(rows, (i) => Array.from(features, (k) => x[i][k])), Array.from(rows, (i) => weight[i]), Array.from(rows, (i) => from[i]))],
  ] as const) {
    for (const name of ["centers", "center", "gram"] as const) expect(difference(got[name], expected[name]), name).toBeLessThan(2e-5);
  }
});
