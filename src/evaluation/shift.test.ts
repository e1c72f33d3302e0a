import { describe, expect, test } from "vitest";
import { quickOptions } from "../../test/support/trained.js";
import { factorTable, withHoles } from "../../test/support/tables.js";
import type { Cells } from "../data/cells.js";
import { openSession } from "../engine/node/session.js";
import { openPredictor } from "../inference/predictor.js";
import { compileModel } from "../model/trained.js";
import { shiftWarning } from "../training/signatures.js";
import { trainModel } from "../training/train.js";
import { lossOnNewTable } from "./shift.js";

const table = (seed: number): Cells => withHoles(factorTable(500, 5, [2, 3], seed), 0.1, seed);

describe("the loss on a new table", async () => {
  const { model, scores } = await trainModel(table(1), { ...quickOptions, memory: "none", epochs: 30, steps: 500, latent: "hivae", latentDraws: 4 }, (g, o) => openSession(g, { threads: 1, ...o }));
  const predictor = await openPredictor(compileModel(model), openSession);

  test("of people like those of the training is about the held-out loss", async () => {
    const report = await lossOnNewTable(predictor, table(2), scores);
    expect(report.attributes).toBe(7);
    expect(Math.abs(report.excess)).toBeLessThan(0.15);
    expect(shiftWarning("more.csv", report)).toBeUndefined();
  });

  test("of people in whom attributes go together otherwise is larger, and is warned of", async () => {
    const cells = table(3);
    const values = cells.values.map((column, j) => (j % 2 === 0 ? column.map((_, i) => column[(i + 7) % column.length]) : column));
    const report = await lossOnNewTable(predictor, { ...cells, values }, scores);
    expect(report.excess).toBeGreaterThan(0.2);
    expect(shiftWarning("others.csv", report)).toMatch(/^The people of others\.csv differ/);
  });
});
