import { beforeAll, describe, expect, test } from "vitest";
import { cellsOf, factorTable, levelsAttribute, numberAttribute, withHoles } from "../../test/support/tables.js";
import { VhgmError } from "../base/errors.js";
import { createRng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { encodeCells } from "../data/encode.js";
import { float32, int64, type SessionFactory } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { openWorkerSession } from "../engine/node/workerSession.js";
import { memberOutputs } from "../model/paths.js";
import { levelProbabilities, numberDensity, numberMean, type MemberPaths } from "../model/predictive.js";
import { compileModel } from "../model/trained.js";
import type { Lanes } from "./lanes.js";
import type { EpochReport } from "./member.js";
import { trainingDefaults, type TrainingOptions } from "./options.js";
import type { TrainingHooks, TrainingProgress } from "./progress.js";
import { trainModel, type TrainingResult } from "./train.js";

const open: SessionFactory = (model, options) => openSession(model, { threads: 1, ...options });
const quick: TrainingOptions = { ...trainingDefaults, network: "mlp", width: 8, epochs: 5, steps: 60, memoryHeads: 2, batch: 32 };
const table = withHoles(factorTable(90, 3, [2, 3], 3), 0.25, 3);
const train = (cells: Cells, options: Partial<TrainingOptions> = {}, hooks: TrainingHooks = {}, factory = open): Promise<TrainingResult> =>
  trainModel(cells, { ...quick, ...options }, factory, hooks);

/** Predictions of every cell of a table are proper distributions. */
async function expectAnswers({ model }: TrainingResult, cells: Cells): Promise<void> {
  const { layout, grids } = model;
  const session = await open(compileModel(model).graph);
  const { rows, features, observed } = encodeCells(cells, layout);
  const out = await session.run({
    x: float32(features, rows, layout.features),
    visible: float32(Float32Array.from(observed), rows, layout.columns.length),
    row: int64(BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)), rows),
  });
  await session.close();
  const names = memberOutputs(0);
  const paths = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, out[name]?.data])) as unknown as MemberPaths;
  layout.columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) {
      const p = column.kind === "number" ? numberDensity(model, [paths], i, j) : levelProbabilities(model, [paths], i, j);
      expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      expect(p.every((v) => v >= 0)).toBe(true);
      if (column.kind !== "number") continue;
      const { lo, hi, size } = grids.grids[j];
      const mean = numberMean(model, [paths], i, j);
      expect(mean >= lo[0] && mean <= hi[size - 1]).toBe(true);
    }
  });
}

describe("the same seed", () => {
  test.each(["mlp", "transformer"] as const)("gives the same bytes (%s), another seed others", async (network) => {
    const options = { network, width: 8, heads: 2, depth: 1 };
    const [one, same, other] = [await train(table, options, {}, openSession), await train(table, options, {}, openSession), await train(table, { ...options, seed: 2 })];
    expect(compileModel(same.model)).toEqual(compileModel(one.model));
    expect(same.scores).toEqual(one.scores);
    expect(other.model.members[0].theta).not.toEqual(one.model.members[0].theta);
  });
});

describe("a training that was cut off", () => {
  /** Everything that was saved, and the result. */
  async function recorded(options: Partial<TrainingOptions>): Promise<{ saved: TrainingProgress[]; result: TrainingResult; reports: EpochReport[] }> {
    const saved: TrainingProgress[] = [];
    const reports: EpochReport[] = [];
    const result = await train(table, options, {
      onEpoch: (r) => reports.push(r),
      checkpoints: { load: async () => null, save: async (progress) => void saved.push(structuredClone(progress)) },
    });
    return { saved, result, reports };
  }
  const resumed = (progress: TrainingProgress, options: Partial<TrainingOptions>): Promise<TrainingResult> =>
    train(table, options, { checkpoints: { load: async () => structuredClone(progress), save: async () => {} } });

  const stage = (member: TrainingProgress["members"][number]): number | string | null => (member === null ? null : "done" in member ? "done" : member.state.epoch);

  test("of members side by side is that of one after the other, and goes on from every epoch to the same model", async () => {
    const options = { members: 3, epochs: 2, dropout: 0.3, memoryRows: 40 };
    const one = await train(table, options);
    const lanes: Lanes = { threads: 2, open };
    const saved: TrainingProgress[] = [];
    const phases: string[] = [];
    const two = await trainModel(table, { ...quick, ...options }, open, { onPhase: (phase) => phases.push(phase), checkpoints: { load: async () => null, save: async (p) => void saved.push(structuredClone(p)) } }, lanes);
    expect(two.model.members).toEqual(one.model.members);
    expect(two.model.columns).toEqual(one.model.columns);
    expect([...new Set(phases)]).toEqual(["linear path", "3 networks, 2 at a time", "calibration"]);
    expect(saved.some(({ members }) => members.filter((member) => typeof stage(member) === "number").length === 2)).toBe(true);
    for (const progress of saved) {
      const again = await trainModel(table, { ...quick, ...options }, open, { checkpoints: { load: async () => structuredClone(progress), save: async () => {} } }, lanes);
      expect(again.model.members).toEqual(one.model.members);
    }
  });

  test("of one transformer is the same with room for half of each batch beside it, and without", async () => {
    const options = { network: "transformer" as const, heads: 2, depth: 1, epochs: 2 };
    const alone = await train(table, options);
    const beside = await trainModel(table, { ...quick, ...options }, open, {}, { threads: 2, open: openWorkerSession });
    expect(beside.model.members).toEqual(alone.model.members);
    expect(beside.scores).toEqual(alone.scores);
  });

  test("of members side by side ends with the first failure, and none begins after it", async () => {
    const begun = new Set<number>();
    const stop = new VhgmError("disk", "The disk is full.");
    const save = async (): Promise<void> => Promise.reject(stop);
    const training = trainModel(table, { ...quick, members: 4, epochs: 50 }, open, { onEpoch: ({ member }) => begun.add(member), checkpoints: { load: async () => null, save } }, { threads: 2, open });
    await expect(training).rejects.toBe(stop);
    expect(begun.has(2)).toBe(false);
  });

  test("goes on from every epoch to the same model, bit for bit", async () => {
    const options = { members: 2, epochs: 3, dropout: 0.3, memoryRows: 40 };
    const { saved, result } = await recorded(options);
    expect(saved.map(({ members }) => members.map(stage))).toEqual([[1, null], [2, null], [3, null], ["done", null], ["done", 1], ["done", 2], ["done", 3], ["done", "done"]]);
    for (const progress of saved) {
      const again = await resumed(progress, options);
      expect(again.model.members).toEqual(result.model.members);
      expect(again.model.columns).toEqual(result.model.columns);
      expect(again.epochs).toEqual(result.epochs);
    }
  });

  test("goes on before and after a training was extended to the same model, bit for bit", async () => {
    const options: Partial<TrainingOptions> = { epochs: 6, extension: 2, learningRate: 1e-3, dropout: 0, paths: ["net"], memory: "none" };
    const { saved, result, reports } = await recorded(options);
    expect(reports.map((r) => r.epochs)).toEqual([6, 6, 6, 12, 12, 12, 12, 12, 12, 12, 12, 12]);
    for (const progress of [saved[1], saved[3], saved[7]]) {
      const again = await resumed(progress, options);
      expect(again.model.members).toEqual(result.model.members);
      expect(again.epochs).toEqual(result.epochs);
    }
  });

  test("does not go on where it had stopped early", async () => {
    const options = { epochs: 40, steps: 400, learningRate: 0.03, dropout: 0, patience: 0.1 };
    const { saved, result, reports } = await recorded(options);
    expect(reports.length).toBeLessThan(40);
    const last = saved.filter(({ members: [member] }) => stage(member) !== "done").at(-1)!;
    const again = await resumed(last, options);
    expect(again.epochs).toEqual(result.epochs);
    expect(again.model.members).toEqual(result.model.members);
  });
});

describe("early stopping", () => {
  const run = async (options: Partial<TrainingOptions>): Promise<{ reports: EpochReport[]; kept: number }> => {
    const reports: EpochReport[] = [];
    const { epochs } = await train(table, { steps: 1000, learningRate: 0.03, dropout: 0, ...options }, { onEpoch: (r) => reports.push(r) });
    return { reports, kept: epochs[0] };
  };

  test("keeps the epoch that held-out cells liked best, and waits as long as it should", async () => {
    const { reports, kept } = await run({ epochs: 50, patience: 0.2 });
    const scored = reports.filter((r) => !Number.isNaN(r.heldOutLoss));
    const best = scored.reduce((a, b) => (b.heldOutLoss < a.heldOutLoss ? b : a));
    expect(kept).toBe(best.epoch);
    expect(reports.at(-1)!.epoch).toBe(Math.min(50, best.epoch + 11));
    expect(scored.map((r) => r.epoch)).toEqual(reports.map((r) => r.epoch).filter((e) => e % 2 === 0 || e === 50));
  });

  test("with no patience stops at the first score that is not better, not before the first score", async () => {
    const { reports, kept } = await run({ epochs: 100, patience: 0 });
    expect(kept).toBeGreaterThan(0);
    expect(reports.length).toBe(kept + 4);
  });
});

describe("odd tables", () => {
  const numbers = (...columns: number[][]): Cells => cellsOf(columns.map((_, j) => numberAttribute(`x${j}`)), columns);

  test.each([
    ["of 2 rows", cellsOf([numberAttribute("x"), levelsAttribute("a", 2), numberAttribute("y")], [[1, 2], [0, 1], [3, NaN]])],
    ["of 3 rows", cellsOf([numberAttribute("x"), levelsAttribute("a", 3), numberAttribute("y")], [[1, 2, 4], [0, 1, 1], [3, NaN, 5]])],
    ["of 8 rows", factorTable(8, 2, [2], 1)],
    ["with only levels", withHoles(factorTable(60, 0, [2, 3, 4], 1), 0.2, 1)],
    ["with only numbers", withHoles(factorTable(60, 4, [], 1), 0.2, 1)],
    ["of one column", numbers(Array.from({ length: 40 }, (_, i) => (i * 7) % 11))],
    ["of one column of levels", cellsOf([levelsAttribute("a", 1)], [[0, 0, NaN, 0]])],
    ["with a constant column", numbers(Array.from({ length: 40 }, (_, i) => i % 9), new Array<number>(40).fill(3))],
    ["with a column of one observed cell", numbers(Array.from({ length: 40 }, (_, i) => i % 9), Array.from({ length: 40 }, (_, i) => (i === 5 ? 1 : NaN)))],
    ["with an all-missing column and an all-missing row", numbers(Array.from({ length: 40 }, (_, i) => (i === 0 ? NaN : i % 9)), new Array<number>(40).fill(NaN))],
    ["with huge and tiny numbers", numbers(Array.from({ length: 40 }, (_, i) => 1e29 * (i % 9)), Array.from({ length: 40 }, (_, i) => 1e-20 * (i % 7)))],
  ])("a table %s is learned and answers", async (_, cells) => {
    for (const network of ["mlp", "transformer"] as const) {
      const result = await train(cells, { network, width: 8, heads: 2, depth: 1, epochs: 3 });
      expect(result.model.members[0].theta.every(Number.isFinite)).toBe(true);
      await expectAnswers(result, cells);
    }
  });

  test("nothing held out: a short training's last epoch, prior weights, densities as predicted", async () => {
    const reports: EpochReport[] = [];
    const { epochs, model, scores } = await train(cellsOf([numberAttribute("x"), numberAttribute("y")], [[1, 2], [3, 5]]), { epochs: 200, steps: 1000 }, { onEpoch: (r) => reports.push(r) });
    expect(epochs).toEqual([20]);
    expect(reports.every((r) => r.epochs === 20 && Number.isNaN(r.heldOutLoss))).toBe(true);
    expect(model.columns.map((c) => [c.spread, c.weights[1]])).toEqual([[1, 0], [1, 0]]);
    expect(scores.every((s) => s.cells === 0)).toBe(true);
  });

  test.each([
    [numbers([]), "The table has no rows; training needs at least 2 rows."],
    [numbers([1]), "The table has one row"],
    [numbers([NaN, NaN]), "No column of the table can be learned from"],
  ])("what cannot be learned from is refused", async (cells, sentence) => {
    await expect(train(cells)).rejects.toThrow(sentence);
  });

  test("a loss that is no number is an error in words", async () => {
    await expect(train(table, { learningRate: 1e30 })).rejects.toThrow("The training came apart in epoch");
  });

  test("a stop is an error too, and nothing comes back", async () => {
    let epochs = 0;
    await expect(train(table, {}, { onEpoch: () => epochs++, stopped: () => epochs >= 2 })).rejects.toMatchObject({ code: "cancelled" });
    expect(epochs).toBe(2);
  });
});

describe("the row memory", () => {
  let rows: TrainingResult;
  let prototypes: TrainingResult;
  let few: TrainingResult;
  beforeAll(async () => {
    rows = await train(table, { memory: "rows" });
    prototypes = await train(table, { memory: "prototypes" });
    few = await train(factorTable(19, 3, [2], 1), { memory: "prototypes" });
  });

  test("keeps people, prototypes of people, or nothing", async () => {
    expect(rows.model.memory!.rows).toBe(90);
    expect(prototypes.model.memory!.rows).toBe(4);
    expect([rows.model.peoplePerMemoryRow, prototypes.model.peoplePerMemoryRow]).toEqual([1, 22.5]);
    expect((await train(table, { memory: "none" })).model.memory).toBeNull();
  });

  test("is not trained where there are too few people for a prototype", () => {
    expect(few.model.memory).toBeNull();
    expect(few.model.config.memory).toBeNull();
    expect(few.model.columns.every((c) => c.weights[1] === 0)).toBe(true);
  });

  test("knows people by hash only where it keeps them", () => {
    expect(compileModel(rows.model).memoryHashes!.length).toBe(90);
    expect(compileModel(prototypes.model).memoryHashes).toBeNull();
  });
});

describe("trees", () => {
  test("are grown where people's cells may be kept, and where they are among the paths", async () => {
    const shares = ({ model }: TrainingResult): (number | undefined)[] => model.columns.map(({ trees }) => trees);
    const rows = await train(table, { memory: "rows", trees: 7 });
    expect(rows.model.forest!.map((trees) => trees?.roots.length)).toEqual(rows.model.layout.columns.map(() => 7));
    expect(shares(rows).every((share) => share! >= 0 && share! <= 1)).toBe(true);
    for (const options of [{ memory: "prototypes" }, { memory: "none" }, { memory: "rows", trees: 0 }, { memory: "rows", paths: ["linear", "memory", "net"] }] satisfies Partial<TrainingOptions>[]) {
      const without = await train(table, options);
      expect(without.model.forest).toBeNull();
      expect(shares(without)).toEqual(without.model.columns.map(() => undefined));
    }
  });

  test("are told of one by one, and end when the person asks to stop", async () => {
    const told: number[] = [];
    const stopped = (): boolean => told.length >= 3;
    const onTrees = (done: number, total: number): void => {
      told.push(done);
      expect(total).toBe(2 * 5);
    };
    await expect(train(table, { memory: "rows" }, { onTrees, stopped })).rejects.toMatchObject({ code: "cancelled" });
    expect(told).toEqual([1, 2, 3]);
  });

  test("tell what the other paths do not", async () => {
    const rng = createRng(8);
    const [x, y] = [0, 1].map(() => Array.from({ length: 400 }, () => rng.normal()));
    const z = x.map((v, i) => (v > 0 === y[i] > 0 ? 1 : -1) + 0.1 * rng.normal());
    const cells = withHoles(cellsOf(["x", "y", "z"].map((name) => numberAttribute(name)), [x, y, z]), 0.1, 2);
    const errors = async (options: Partial<TrainingOptions>): Promise<number> => (await train(cells, { memory: "rows", ...options })).scores.find(({ name }) => name === "z")!.error;
    const [others, all] = [await errors({ trees: 0 }), await errors({})];
    expect(others).toBeGreaterThan(0.8);
    expect(all).toBeLessThan(0.9 * others);
  });
});

test("a large table that is sorted by study is learned from in all its parts", async () => {
  // More rows than the linear path takes, and a column that only the last rows have.
  const rows = 20_600;
  const rng = createRng(2);
  const x = Float64Array.from({ length: rows }, () => rng.normal());
  const late = x.map((v, i) => (i < 20_000 ? NaN : 2 * v));
  const { model } = await train(cellsOf([numberAttribute("x"), numberAttribute("late")], [x, late]), { memory: "rows", epochs: 1, steps: 1, memoryHeads: 1, heldOut: 0.02 });
  const [, own] = model.layout.columns;
  expect(own.attribute.name).toBe("late");
  expect(model.members[0].linear.weights[own.first]).toBeGreaterThan(0.05);
  expect(model.memory!.row.filter((r) => r >= 20_000n).length).toBeGreaterThan(60);
  // The memory's cells are those of the rows that it names.
  const { features, observed } = encodeCells(cellsOf([numberAttribute("x"), numberAttribute("late")], [x, late]), model.layout);
  for (const k of [0, 1000, model.memory!.rows - 1]) {
    const i = Number(model.memory!.row[k]);
    expect(model.memory!.features.slice(k * 2, k * 2 + 2)).toEqual(features.slice(i * 2, i * 2 + 2));
    expect(Array.from(model.memory!.observed.slice(k * 2, k * 2 + 2))).toEqual(Array.from(observed.slice(i * 2, i * 2 + 2)));
  }
});

test("paths that are taken away have no weight", async () => {
  const { model } = await train(table, { paths: ["linear", "net"] });
  expect(model.memory).toBeNull();
  const { model: alone } = await train(table, { paths: ["memory"], memory: "rows" });
  expect(alone.columns.every((c) => c.weights[1] === 1)).toBe(true);
});

test("scores are better than the mean's and the commonest level's where columns are related", async () => {
  const rng = createRng(1);
  const x = Array.from({ length: 400 }, () => rng.normal());
  const cells = cellsOf(
    [numberAttribute("x"), numberAttribute("y"), levelsAttribute("a", 2)],
    [x, x.map((v) => 2 * v + 0.3 * rng.normal()), x.map((v) => (v + 0.3 * rng.normal() > 0 ? 1 : 0))],
  );
  const { scores } = await train(cells, { epochs: 8, steps: 200 });
  for (const s of scores) {
    expect(s.cells).toBeGreaterThan(20);
    expect(s.error, s.name).toBeLessThan(0.6 * s.baseline);
  }
});
