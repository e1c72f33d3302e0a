import { expect, test } from "vitest";
import { cellsOf, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { openSession } from "../engine/node/session.js";
import { bootstrapWeights } from "./bootstrap.js";
import { trainingDefaults } from "./options.js";
import { trainModel } from "./train.js";

test("weights are exponential of mean 1, others for each member, times what people count for anyway", () => {
  const one = bootstrapWeights(20_000, null, 1, 0);
  const mean = (x: Float64Array): number => x.reduce((a, b) => a + b, 0) / x.length;
  expect(mean(one)).toBeCloseTo(1, 9);
  expect(mean(one.map((w) => (w - 1) ** 2))).toBeCloseTo(1, 1);
  expect(one.filter((w) => w > 2).length / one.length).toBeCloseTo(Math.exp(-2), 2);
  expect(bootstrapWeights(20_000, null, 1, 0)).toEqual(one);
  expect(bootstrapWeights(20_000, null, 1, 1)).not.toEqual(one);
  const base = Float64Array.from(one, (_, i) => (i % 2 === 0 ? 2 : 0));
  const weighed = bootstrapWeights(20_000, base, 1, 0);
  expect(mean(weighed)).toBeCloseTo(1, 9);
  expect(weighed.every((w, i) => (i % 2 === 0 ? w > 0 : w === 0))).toBe(true);
});

test("members of a bootstrapped ensemble differ in their regressions as much as the table's chance makes them, others not at all", async () => {
  const rng = createRng(4);
  const rows = 200;
  const x = Float64Array.from({ length: rows }, () => rng.normal());
  const y = x.map((v) => v + rng.normal());
  const cells = cellsOf([numberAttribute("x"), numberAttribute("y")], [x, y]);
  const slopes = async (bootstrap: boolean): Promise<number[]> => {
    const options = { ...trainingDefaults, network: "mlp" as const, width: 8, epochs: 1, steps: 1, members: 12, bootstrap };
    const { model } = await trainModel(cells, options, (graph, own) => openSession(graph, { threads: 1, ...own }));
    const at = model.layout.columns.findIndex(({ attribute }) => attribute.name === "y");
    // How y, in standard scores, answers to x: slope .71, whose standard error is .05.
    return model.members.map(({ linear }) => linear.weights[model.layout.columns[1 - at].first * model.layout.features + model.layout.columns[at].first]);
  };
  const sd = (list: readonly number[]): number => {
    const mean = list.reduce((a, b) => a + b, 0) / list.length;
    return Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / (list.length - 1));
  };
  expect(sd(await slopes(false))).toBe(0);
  const found = await slopes(true);
  expect(Math.abs(found[0])).toBeGreaterThan(0.3);
  expect(sd(found)).toBeGreaterThan(0.02);
  expect(sd(found)).toBeLessThan(0.12);
});
