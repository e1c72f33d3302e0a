import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellsOf, factorTable, numberAttribute, withHoles } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { openSession } from "../engine/node/session.js";
import type { SessionFactory } from "../engine/index.js";
import { defaultMasks, resolveOptions, stageMasks, trainingDefaults, type TrainingOptions } from "./options.js";
import { describeSources, populationOf, rowRoles, rowWeights } from "./sources.js";
import { trainModel } from "./train.js";

const table = withHoles(factorTable(90, 3, [2, 3], 3), 0.25, 3);
/** The first rows from source a, the next from b, the last from both. */
const fromTwo = (cells: Cells, a: number, b: number): Cells => ({
  ...cells,
  source: Uint16Array.from({ length: cells.rows }, (_, i) => (i < a ? 0 : i < a + b ? 1 : 2)),
  origins: [[0], [1], [0, 1]],
  sources: [
    { name: "a", measures: Uint8Array.from(cells.attributes, (_, j) => (j === 0 ? 0 : 1)) },
    { name: "b", measures: Uint8Array.from(cells.attributes, (_, j) => (j === 1 ? 0 : 1)) },
  ],
});

describe("row weights", () => {
  const plain = cellsOf([numberAttribute("x")], [new Float64Array(100)]);

  test("are none for one table without weights", () => {
    expect(rowWeights(plain, 0.5)).toBeNull();
  });

  test("make sources count by the square root of their rows, people of both like those of the smaller", () => {
    const weights = rowWeights(fromTwo(plain, 80, 16), 0.5)!; // 84 rows of a, 20 of b
    expect(weights[0] / weights[99]).toBeCloseTo((84 / 20) ** -0.5, 12);
    expect(weights[85]).toBe(weights[99]);
    expect(rowWeights(fromTwo(plain, 80, 16), 1)).toEqual(new Float64Array(100).fill(1));
    const alike = rowWeights(fromTwo(plain, 80, 20), 0)!;
    expect(alike.slice(0, 80).reduce((s, w) => s + w, 0)).toBeCloseTo(50, 9);
  });

  test("have mean 1, and keep each source's share whatever the scale of its own weights", () => {
    const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(positive, { minLength: 100, maxLength: 100 }), positive, (own, scale) => {
        const cells = { ...fromTwo(plain, 60, 40), weight: Float64Array.from(own) };
        const weights = rowWeights(cells, 0.5)!;
        expect(weights.reduce((s, w) => s + w, 0)).toBeCloseTo(100, 6);
        const rescaled = rowWeights({ ...cells, weight: cells.weight.map((w, i) => (i < 60 ? w * scale : w)) }, 0.5)!;
        rescaled.forEach((w, i) => expect(w).toBeCloseTo(weights[i], 6));
        expect(weights[1] / weights[0]).toBeCloseTo(own[1] / own[0], 6);
      }),
    );
  });
});

test("a row knows what each other source measures, in the layout's columns", () => {
  const cells = fromTwo(table, 40, 40);
  const layout = fitLayout(cells);
  const roles = rowRoles(cells, encodeCells(cells, layout), layout, { sourceWeight: 0.5, population: null });
  const bits = (name: string): number[] => layout.columns.map((c) => (c.attribute.name === name ? 0 : 1));
  expect(roles.others(0).map((o) => [...o])).toEqual([bits("n1")]);
  expect(roles.others(50).map((o) => [...o])).toEqual([bits("n0")]);
  expect(roles.others(89)).toEqual([]);
  expect(rowRoles(table, encodeCells(table, layout), layout, { sourceWeight: 0.5, population: null }).others(5)).toEqual([]);
});

test("copy-masks are those of rows of the same sources, every one of them", () => {
  const cells = fromTwo(table, 40, 40);
  const layout = fitLayout(cells);
  const rng = createRng(4);
  const drawn = (of: Cells, row: number): number[] => {
    const { another } = rowRoles(of, encodeCells(of, layout), layout, { sourceWeight: 0.5, population: null });
    return [...new Set(Array.from({ length: 2000 }, () => another(row, rng)))].sort((a, b) => a - b);
  };
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);
  expect(drawn(cells, 3)).toEqual(range(0, 40));
  expect(drawn(cells, 41)).toEqual(range(40, 80));
  expect(drawn(cells, 85)).toEqual(range(80, 90));
  expect(drawn(table, 3)).toEqual(range(0, 90));
});

test("where little is visible, cells count by whether the population measures them and how much a row looks like its people", () => {
  const cells = fromTwo(table, 40, 40); // both, in the last 10 rows, are of either
  const layout = fitLayout(cells);
  const { few } = rowRoles(cells, encodeCells(cells, layout), layout, { sourceWeight: 0.5, population: "a" });
  const column = (name: string): number => layout.columns.findIndex((c) => c.attribute.name === name);
  for (const row of [0, 39, 85]) expect([few!(row, column("n0")), few!(row, column("n1"))]).toEqual([1, 1]);
  expect(few!(50, column("n1"))).toBe(0);
  expect(few!(50, column("n0"))).toBeGreaterThan(0);
  expect(rowRoles(table, encodeCells(table, layout), layout, { sourceWeight: 0.5, population: null }).few).toBeNull();
});

test("the population is the source that was named, or the largest", () => {
  expect(populationOf(fromTwo(table, 20, 60), { population: null })).toBe("b");
  expect(populationOf(fromTwo(table, 20, 60), { population: "a" })).toBe("a");
  expect(populationOf(table, { population: null })).toBeNull();
  expect(() => populationOf(fromTwo(table, 20, 60), { population: "c" })).toThrow("The population 'c' is no source; allowed are a, b.");
  expect(() => populationOf(table, { population: "c" })).toThrow("The population 'c' is no source; there is one table, whose people they are anyway.");
});

test("a card says what each source gave", () => {
  const cells = fromTwo(table, 30, 50);
  const [a, b] = describeSources(cells, fitLayout(cells), 1);
  const observed = (from: number, to: number, but: number): number => cells.values.reduce((sum, column, j) => sum + (j === but ? 0 : column.slice(from, to).filter((x) => !Number.isNaN(x)).length), 0);
  expect(a).toEqual({ name: "a", rows: 40, attributes: 4, observedCells: observed(0, 30, 0) + observed(80, 90, 0), weight: expect.closeTo(40 / 90, 9) });
  expect(b).toMatchObject({ name: "b", rows: 60, attributes: 4, weight: expect.closeTo(60 / 90, 9) });
});

test("masks and stages depend on whether there are several sources, unless they are said", () => {
  const size = { columns: 5, features: 9 };
  expect(stageMasks(resolveOptions(trainingDefaults, size))).toEqual([defaultMasks.table]);
  expect(stageMasks(resolveOptions(trainingDefaults, { ...size, sources: 2 }))).toEqual([defaultMasks.sources, defaultMasks.late]);
  const mask = [{ strategy: "fixed", weight: 1 }];
  expect(stageMasks(resolveOptions({ ...trainingDefaults, mask }, { ...size, sources: 2 }))).toEqual([mask]);
  expect(stageMasks(resolveOptions({ ...trainingDefaults, mask, stages: 2 }, size))).toEqual([mask, defaultMasks.late]);
});

describe("training", () => {
  const open: SessionFactory = (model, options) => openSession(model, { threads: 1, ...options });
  const quick: TrainingOptions = { ...trainingDefaults, network: "mlp", width: 8, epochs: 4, steps: 40, memoryHeads: 2, batch: 32 };
  const theta = async (cells: Cells, options: Partial<TrainingOptions> = {}): Promise<Float32Array> =>
    (await trainModel(cells, { ...quick, ...options }, open)).model.members[0].theta;

  test("with equal weights is bit for bit that without; with other weights and sources another", async () => {
    const plain = await theta(table);
    expect(await theta({ ...table, weight: new Float64Array(90).fill(4) })).toEqual(plain);
    expect(await theta({ ...table, weight: Float64Array.from({ length: 90 }, (_, i) => 1 + (i % 5)) })).not.toEqual(plain);
    const mask = defaultMasks.table;
    expect(await theta(fromTwo(table, 70, 20), { mask, sourceWeight: 0 })).not.toEqual(plain);
    expect(await theta(fromTwo(table, 45, 45), { sourceWeight: 1 })).not.toEqual(plain);
  });

  test("of two sources goes on after a break to the same model", async () => {
    const cells = fromTwo(table, 50, 30);
    const whole = await theta(cells, { epochs: 4 });
    for (const stopAt of [1, 3]) {
      let saved: unknown;
      await trainModel(cells, quick, open, { checkpoints: { load: async () => null, save: async ({ members: [member] }) => void (member && "state" in member && member.state.epoch === stopAt && (saved = structuredClone({ members: [member] }))) } });
      const again = await trainModel(cells, quick, open, { checkpoints: { load: async () => saved as never, save: async () => {} } });
      expect(again.model.members[0].theta).toEqual(whole);
    }
  });

  test("weights decide what is learned where rows disagree", async () => {
    // Half of the people have y = x, half y = -x; the network follows those that count.
    const x = Float64Array.from({ length: 400 }, (_, i) => ((i * 37) % 101) / 50 - 1);
    const cells = cellsOf([numberAttribute("x"), numberAttribute("y")], [x, x.map((v, i) => (i % 2 === 0 ? v : -v))]);
    const options: Partial<TrainingOptions> = { paths: ["net"], memory: "none", epochs: 30, steps: 600, learningRate: 0.01, dropout: 0 };
    const error = async (heavy: number): Promise<number> => {
      const weighted = { ...cells, weight: Float64Array.from({ length: 400 }, (_, i) => (i % 2 === heavy ? 50 : 1)) };
      const reports: number[] = [];
      await trainModel(weighted, { ...quick, ...options }, open, { onEpoch: (r) => reports.push(r.heldOutLoss) });
      return Math.min(...reports.filter(Number.isFinite));
    };
    const [even, odd] = [await error(0), await error(1)];
    const unweighted: number[] = [];
    await trainModel(cells, { ...quick, ...options }, open, { onEpoch: (r) => unweighted.push(r.heldOutLoss) });
    expect(Math.max(even, odd)).toBeLessThan(Math.min(...unweighted.filter(Number.isFinite)) - 0.5);
  });
});
