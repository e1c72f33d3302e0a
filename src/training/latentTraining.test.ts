import { describe, expect, test } from "vitest";
import { quickOptions } from "../../test/support/trained.js";
import { factorTable, withHoles } from "../../test/support/tables.js";
import { openSession } from "../engine/node/session.js";
import type { TrainingOptions } from "./options.js";
import { trainModel, type TrainingResult } from "./train.js";

const cells = withHoles(factorTable(300, 5, [2, 3], 1), 0.1, 2);
const train = (more: Partial<TrainingOptions>): Promise<TrainingResult> =>
  trainModel(cells, { ...quickOptions, paths: ["net"], memory: "none", width: 32, epochs: 60, steps: 600, latent: "hivae", latentWidth: 6, latentComponents: 5, latentDraws: 4, ...more }, (graph, own) => openSession(graph, { threads: 1, ...own }));
const collapsed = ({ warnings }: TrainingResult): boolean => warnings.some((w) => w.startsWith("The latent has collapsed"));

describe.each([1, 2])("HI-VAE alone, seed %d", (seed) => {
  test("keeps active units and a divergence when beta grows slowly, and says nothing of a collapse", async () => {
    const result = await train({ seed });
    expect(result.latent!.kl).toBeGreaterThan(0.3);
    expect(result.latent!.activeUnits).toBeGreaterThan(0);
    expect(result.latent!.gain).toBeGreaterThan(0.02);
    expect(collapsed(result)).toBe(false);
  });

  test("collapses under a large beta from the first step, and says so", async () => {
    const result = await train({ seed, beta: { schedule: "constant", value: 50, warmup: 0, cycles: 1 } });
    expect(result.latent!.gain).toBeLessThan(0.005);
    expect(collapsed(result)).toBe(true);
  });
});

test.each(["flat", "discrete"] as const)("a %s latent learns something too", async (latent) => {
  const { latent: activity } = await train({ latent });
  expect(activity!.kl).toBeGreaterThan(0.1);
  expect(latent === "flat" ? activity!.activeUnits : activity!.mutualInformation).toBeGreaterThan(0.05);
});

test("a network without a latent has none to report", async () => expect((await train({ latent: "none", epochs: 2 })).latent).toBeNull());

test("a network alone is trained and answers without the linear path: its map does not matter", async () => {
  const { model } = await train({ latent: "none", epochs: 3 });
  expect(model.config).toMatchObject({ linearRounds: 0, memory: null });
  for (const { weights, score } of model.columns) {
    expect(weights).toEqual([0, 0, 1]);
    expect(score).toBeUndefined();
  }
});
