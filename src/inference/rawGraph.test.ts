import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peopleCells, peopleRows } from "../../test/support/people.js";
import { trainedPredictor } from "../../test/support/trained.js";
import { createRng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { float64, type Session } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { gridDistribution } from "../model/likelihoods/index.js";
import { levelProbabilities, numberDensity, numberMean, type MemberPaths } from "../model/predictive.js";
import { valueOrder } from "../model/raw/encodeGraph.js";
import { rawGraph } from "../model/raw/rawGraph.js";
import type { TrainingOptions } from "../training/options.js";
import { bestPoint } from "./distribution.js";
import { predictCells, type Predictor } from "./predictor.js";

/** People with a further attribute of so many levels that some share a class, a number that is the same for all, and one with a code far off. */
function wider(count: number, seed: number, holes?: number): Cells {
  const { attributes, values, rows } = peopleCells(peopleRows(count, seed, holes));
  const rng = createRng(seed, 77);
  const town = Float64Array.from({ length: rows }, () => (rng.uniform() < 0.2 ? NaN : Math.floor(80 * rng.uniform() ** 2)));
  const coded = Float64Array.from({ length: rows }, () => (rng.uniform() < 0.2 ? NaN : rng.uniform() < 0.01 ? 999999 : 40 + Math.floor(20 * rng.uniform())));
  const site = Float64Array.from({ length: rows }, () => (rng.uniform() < 0.2 ? NaN : 3));
  return {
    rows,
    attributes: [
      { name: "town", role: "attribute", type: "categorical", levels: Array.from({ length: 80 }, (_, k) => `town ${k}`) },
      ...attributes,
      { name: "coded", role: "attribute", type: "count", resolution: 1 },
      { name: "site", role: "attribute", type: "real" },
    ],
    values: [town, ...values, coded, site],
  };
}

const learned = wider(400, 1);
const asked = wider(60, 2, 0.5);

describe.each([
  ["an MLP with prototypes, two members", { members: 2 }],
  ["a transformer without a memory", { network: "transformer", width: 16, depth: 1, epochs: 3, memory: "none" }],
  ["a latent of three draws", { latent: "hivae", latentDraws: 3 }],
] satisfies [string, Partial<TrainingOptions>][])("the exported graph of %s", (_, options) => {
  let predictor: Predictor;
  let session: Session;
  let paths: MemberPaths[];
  let order: number[];
  let numbers: number[];
  let outputs: ReturnType<typeof rawGraph>["outputs"];
  let out: Record<string, { dims: readonly number[]; data: Float64Array }>;
  const rows = asked.rows;
  beforeAll(async () => {
    predictor = await trainedPredictor(learned, options);
    const exported = rawGraph(predictor.model);
    outputs = exported.outputs;
    session = await openSession(exported.onnx);
    order = valueOrder(predictor.model.layout);
    numbers = order.filter((j) => predictor.model.layout.columns[j].kind === "number");
    paths = await predictCells(predictor, asked);
    out = (await session.run({ values: float64(valuesOf(asked), rows, order.length) })) as unknown as typeof out;
  });
  afterAll(async () => {
    await predictor.close();
    await session.close();
  });
  const valuesOf = (cells: Cells): Float64Array =>
    Float64Array.from({ length: cells.rows * order.length }, (_, k) => cells.values[predictor.model.layout.columns[order[k % order.length]].source][Math.floor(k / order.length)]);
  /** Largest difference relative to the column's scale or the value, whichever is larger. */
  const off = (found: number, wanted: number, scale = 0): number => Math.abs(found - wanted) / Math.max(scale, Math.abs(wanted), 1e-300);

  test("fills every hole with what impute takes before it rounds, and keeps the rest", () => {
    const { layout } = predictor.model;
    let worst = 0;
    let held = 0;
    for (let i = 0; i < rows; i++) {
      order.forEach((j, k) => {
        const { source, kind } = layout.columns[j];
        const value = asked.values[source][i];
        const found = out.completed.data[i * order.length + k];
        if (!Number.isNaN(value)) return expect(found).toBe(value);
        const wanted = bestPoint(predictor.model, paths, i, j);
        if (kind === "levels") expect(found).toBe(wanted);
        else worst = Math.max(worst, off(found, wanted));
        if (kind === "number" && wanted !== numberMean(predictor.model, paths, i, j)) held++;
      });
    }
    expect(held).toBeGreaterThan(5);
    expect(worst).toBeLessThan(1e-5);
  });

  test("gives the densities of numbers: mean, deviation, cells and quantiles", () => {
    const { model } = predictor;
    const q = outputs.quantiles.length;
    let jumps = 0;
    for (let i = 0; i < rows; i++) {
      numbers.forEach((j, k) => {
        const at = i * numbers.length + k;
        const p = numberDensity(model, paths, i, j);
        const distribution = gridDistribution(model.grids.grids[j], p);
        expect(off(out.mean.data[at], distribution.mean())).toBeLessThan(1e-5);
        const deviation = Math.sqrt(distribution.variance());
        expect(off(out.sd.data[at], deviation, 1e-9)).toBeLessThan(1e-4);
        for (let b = 0; b < outputs.cells; b++) expect(Math.abs(out.density.data[at * outputs.cells + b] - (p[b] ?? 0))).toBeLessThan(1e-5);
        outputs.quantiles.forEach((u, r) => {
          const found = out.quantiles.data[at * q + r];
          if (off(found, distribution.quantile(u)) < 1e-5) return;
          // Where the cdf jumps at u, a difference in the last digits takes the other end.
          jumps++;
          expect(found).toBeGreaterThanOrEqual(distribution.quantile(u - 1e-5));
          expect(found).toBeLessThanOrEqual(distribution.quantile(u + 1e-5));
        });
      });
    }
    expect(jumps).toBeLessThan(0.02 * rows * numbers.length * q);
  });

  test("gives the levels' probabilities in the dictionary's order, rare ones by their share of a class", () => {
    const { layout } = predictor.model;
    const levelled = order.filter((j) => layout.columns[j].kind === "levels");
    const total = out.probabilities.dims[1];
    let first = 0;
    for (const j of levelled) {
      for (let i = 0; i < rows; i++) {
        levelProbabilities(predictor.model, paths, i, j).forEach((p, level) => expect(Math.abs(out.probabilities.data[i * total + first + level] - p)).toBeLessThan(1e-6));
      }
      first += layout.columns[j].classOf.length;
    }
    expect(total).toBe(first);
    expect(layout.columns.find(({ attribute }) => attribute.name === "town")!.width).toBe(64);
    expect(layout.columns.some(({ ranks }) => ranks.length > 0)).toBe(true);
  });

  test("agrees for people beyond all that were seen", async () => {
    const { layout, grids } = predictor.model;
    const far = [-1e9, -40, 40, 1e9].map((deviations) => ({
      ...learned,
      rows: numbers.length,
      // Row i hides the i-th number, and all other numbers are far out.
      values: learned.values.map((_, source) => Float64Array.from(numbers, (hidden) => {
        const column = layout.columns.find((c) => c.source === source);
        if (!column) return NaN;
        if (column.kind === "levels") return 0;
        return layout.columns[hidden].source === source ? NaN : column.center + deviations * column.scale;
      })),
    }));
    for (const cells of far) {
      const found = (await session.run({ values: float64(valuesOf(cells), cells.rows, order.length) })) as unknown as typeof out;
      const wanted = await predictCells(predictor, cells);
      numbers.forEach((j, i) => {
        const p = numberDensity(predictor.model, wanted, i, j);
        const at = i * numbers.length + i;
        for (let b = 0; b < grids.grids[j].size; b++) expect(Math.abs(found.density.data[at * outputs.cells + b] - p[b])).toBeLessThan(1e-5);
        expect(off(found.mean.data[at], gridDistribution(grids.grids[j], p).mean())).toBeLessThan(1e-5);
      });
    }
  });

  test("is of standard operators alone, with one input", () => {
    const { opsetImport, functions, graph } = fromBinary(ModelProtoSchema, rawGraph(predictor.model).onnx);
    expect(opsetImport.map(({ domain }) => domain)).toEqual([""]);
    expect(graph!.node.filter(({ domain }) => domain !== "")).toEqual([]);
    expect(functions).toEqual([]);
    expect(graph!.input.map(({ name }) => name)).toEqual(["values"]);
    expect(graph!.output.map(({ name }) => name)).toEqual(outputs.names);
  });

  test("takes an infinity and an index that is no level as unknown", async () => {
    const { layout } = predictor.model;
    const unknown = new Float64Array(order.length).fill(NaN);
    const odd = unknown.map((_, k) => (layout.columns[order[k]].kind === "number" ? -Infinity : [80, -1, 0.5][k % 3]));
    const [a, b] = await Promise.all([unknown, odd].map((values) => session.run({ values: float64(values, 1, order.length) })));
    expect(b).toEqual(a);
    expect([...a.completed.data].every((x) => Number.isFinite(Number(x)))).toBe(true);
  });
});
