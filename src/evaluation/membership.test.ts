import { describe, expect, it } from "vitest";
import { createRng, type Rng } from "../base/random.js";
import { CellsBuilder, type Cells } from "../data/cells.js";
import { openSession } from "../engine/node/session.js";
import { encodeCells } from "../data/encode.js";
import { openPredictor, type Predictor } from "../inference/predictor.js";
import { compileModel } from "../model/trained.js";
import type { Schema } from "../schema/schema.js";
import { trainingDefaults, type MemoryMode } from "../training/options.js";
import { trainModel } from "../training/train.js";
import { areaUnderCurve, attackPredict } from "./membership.js";

const schema: Schema = {
  version: 1,
  attributes: ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, role: "attribute", type: "real" })),
};

/** People whose six numbers share one factor; much of each number is the person's own. */
function people(n: number, rng: Rng): Cells {
  const builder = new CellsBuilder(schema, ["a", "b", "c", "d", "e", "f"], "people");
  for (let i = 0; i < n; i++) {
    const factor = rng.normal();
    builder.add([Array.from({ length: 6 }, () => (factor + rng.normal()).toFixed(3))]);
  }
  return builder.finish();
}

const rng = createRng(5);
const members = people(400, rng);
const others = people(400, rng);

async function trained(memory: MemoryMode): Promise<Predictor> {
  const options = { ...trainingDefaults, memory, paths: ["memory" as const], network: "mlp" as const, width: 32, steps: 600, memoryLoss: 2 };
  const { model } = await trainModel(members, options, openSession);
  return openPredictor(compileModel(model), openSession);
}

/** A model that has learned its people by heart: it answers with the cell of the one who agrees in all that is given. */
function copying(predictor: Predictor): Predictor {
  const { layout } = predictor.model;
  const d = layout.features;
  const known = encodeCells(members, layout);
  return {
    ...predictor,
    async run(rows) {
      const paths = await predictor.run(rows);
      for (const { linear, memory, net, logVariance } of paths) {
        for (let r = 0; r < rows.rows; r++) {
          for (let i = 0; i < known.rows; i++) {
            const agrees = layout.columns.every(({ first }, j) => !rows.observed[r * layout.columns.length + j] || rows.features[r * d + first] === known.features[i * d + first]);
            if (!agrees) continue;
            for (const path of [linear, memory!, net]) path.set(known.features.subarray(i * d, (i + 1) * d), r * d);
            logVariance!.fill(-6, r * layout.numbers, (r + 1) * layout.numbers);
          }
        }
      }
      return paths;
    },
  };
}

describe("attackPredict", () => {
  it("catches a memory that keeps people's rows", async () => {
    const predictor = await trained("rows");
    const { auc, low, high } = await attackPredict(predictor, members, others, { rng: createRng(6), cellsPerPerson: 6 });
    await predictor.close();
    expect(low).toBeGreaterThan(0.55);
    expect(low).toBeLessThan(auc);
    expect(high).toBeGreaterThan(auc);
  });

  it("catches a model that has learned people by heart", async () => {
    const predictor = await trained("rows");
    const result = await attackPredict(copying(predictor), members, others, { rng: createRng(6), cellsPerPerson: 6 });
    await predictor.close();
    expect(result.low).toBeGreaterThan(0.9);
    expect(result.truePositivesAt1).toBeGreaterThan(0.5);
  });

  it("finds nothing between two groups of strangers", async () => {
    const predictor = await trained("rows");
    const more = people(400, createRng(77));
    const { low, high } = await attackPredict(predictor, more, others, { rng: createRng(6), cellsPerPerson: 6 });
    await predictor.close();
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
  });
});

describe("areaUnderCurve", () => {
  it("is the share of pairs in the right order, ties counting half", () => {
    expect(areaUnderCurve([3, 2, 2], [1, 2])).toBeCloseTo((3 * 1 + 1 + 0.5 + 0.5) / 6, 12);
    expect(areaUnderCurve([0, 0], [1, 1])).toBe(0);
    expect(areaUnderCurve([1, 1], [1, 1])).toBe(0.5);
  });
});
