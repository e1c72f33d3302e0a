import { describe, expect, test } from "vitest";
import { cellsOf, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { float32, Graph, toOnnx } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { toFeatures } from "./blocks.js";
import { solveSpd } from "./linalg.js";
import { createLinearFitter, iteratedRidge } from "./linear.js";
import { combineFits, type DenseMap } from "./linearMap.js";
import { linearPath, mapConstants } from "./linearPath.js";

// A treatment that one in six has, an age, and a size that six tapes measure to within a tenth of its spread.
const people = 4000;
const tapes = 6;
const rng = createRng(3);
const treated = Array.from({ length: people }, (): number => (rng.uniform() < 1 / 6 ? 1 : 0));
const age = treated.map(() => rng.normal());
const size = treated.map((t, i) => 0.6 * age[i] - 0.8 * t + rng.normal());
const measured = Array.from({ length: tapes }, () => size.map((s) => s + 0.1 * rng.normal()));
const columns = [treated, age, ...measured];
const cells = cellsOf(["treated", "age", ...measured.map((_, k) => `tape${k}`)].map((name) => numberAttribute(name)), columns);
const layout = fitLayout(cells);
const table = encodeCells(cells, layout);
const { features: d } = layout;
const p = layout.columns.length;
const place = (name: string): number => layout.columns.findIndex(({ attribute }) => attribute.name === name);
const featuresOf = (j: number): number[] => Array.from({ length: layout.columns[j].width }, (_, k) => layout.columns[j].first + k);

async function fitted(): Promise<DenseMap> {
  const fitter = await createLinearFitter(layout, openSession);
  const { fits } = await fitter.fit(table, { courses: [iteratedRidge], penalties: [0.01] });
  await fitter.close();
  return combineFits(fits, layout.columns.map(() => 0), layout, { onAllRows: 1, rounds: 3 });
}

/** What the path predicts of rows of which some columns are seen: (rows, features). */
async function predictions(map: DenseMap, rounds: number, rows: Float32Array, seen: (j: number) => boolean): Promise<Float32Array> {
  const n = rows.length / d;
  const g = new Graph();
  const visible = g.input("visible", ["B", p]);
  g.output("predicted", linearPath(layout, g.input("x", ["B", d]), visible, toFeatures(visible, layout), mapConstants(g, map), rounds).predicted);
  const session = await openSession(toOnnx(g), { threads: 1 });
  const bits = Float32Array.from({ length: n * p }, (_, at) => (seen(at % p) ? 1 : 0));
  const columnOf = layout.columns.flatMap(({ width }, j) => new Array<number>(width).fill(j));
  const out = await session.run({ x: float32(rows.map((v, at) => (seen(columnOf[at % d]) ? v : 0)), n, d), visible: float32(bits, n, p) });
  await session.close();
  return out.predicted.data as Float32Array;
}

const rows = table.features.slice(0, 5 * d);

describe("what visible features tell at the start", () => {
  test("is S[:, V] (S[V, V] + (0.03 + 2 |V| / people) I)^-1 (x - c)[V] after as many steps as there are visible features", async () => {
    const map = await fitted();
    const seen = ["treated", "age", "tape3"].map(place);
    // With steps of no length the rounds leave the start as it is.
    const out = await predictions({ ...map, relaxation: 0 }, 1, rows, (j) => seen.includes(j));
    const known = seen.flatMap(featuresOf);
    for (let r = 0; r < 5; r++) {
      const system = Float64Array.from(known.flatMap((a, i) => known.map((b, k) => map.start!.covariance[a * d + b] + (i === k ? 0.03 + (2 * known.length) / people : 0))));
      const solution = solveSpd(system, known.length, Float64Array.from(known, (k) => rows[r * d + k] - map.center[k]), 1);
      for (const k of layout.columns.flatMap((_, j) => (seen.includes(j) ? [] : featuresOf(j)))) {
        const expected = map.center[k] + known.reduce((sum, a, i) => sum + solution[i] * map.start!.covariance[a * d + k], 0);
        expect(out[r * d + k]).toBeCloseTo(expected, 4);
      }
    }
  });

  test("is not flattened by what is hidden together: an effect on a size that six tapes measure", async () => {
    const map = await fitted();
    const pair = Float32Array.from([1, 0].flatMap((t) => Array.from(table.features.subarray(treated.indexOf(t) * d, (treated.indexOf(t) + 1) * d))));
    for (const k of featuresOf(place("age"))) pair[k] = pair[d + k] = 0; // both of mean age
    const tape = layout.columns[place("tape2")];
    const effect = async (by: DenseMap): Promise<number> => {
      const out = await predictions(by, 6, pair, (j) => j === place("treated") || j === place("age"));
      return (out[tape.first] - out[d + tape.first]) * tape.scale;
    };
    const told = await effect(map);
    expect(told).toBeLessThan(-0.7);
    expect(told).toBeGreaterThan(-0.9);
    // From the mean, rounds hardly move six tapes that hold each other.
    expect(await effect({ ...map, start: undefined })).toBeGreaterThan(-0.5);
  });

  test("is the mean where nothing is visible", async () => {
    const map = await fitted();
    const out = await predictions(map, 6, rows, () => false);
    for (let at = 0; at < out.length; at++) expect(out[at]).toBeCloseTo(map.center[at % d], 5);
  });
});
