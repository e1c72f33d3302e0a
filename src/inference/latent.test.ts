import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peopleCells, peopleRows, peopleSchema } from "../../test/support/people.js";
import { quickOptions } from "../../test/support/trained.js";
import { packBundle, unpackBundle } from "../bundle/bundle.js";
import { encodeCells, type Encoded } from "../data/encode.js";
import { memoryTable } from "../data/table.js";
import { openSession } from "../engine/node/session.js";
import { classProbabilities, numberDensity, type MemberPaths } from "../model/predictive.js";
import { trainTable } from "../training/node/trainTable.js";
import type { Bundle } from "../bundle/bundle.js";
import type { TrainingOptions } from "../training/options.js";
import { drawHoles } from "./draws.js";
import { openPredictor, type Predictor } from "./predictor.js";

const columns = peopleSchema.attributes.map((a) => a.name);
const rows = peopleRows(150, 1);
const train = (more: Partial<TrainingOptions>): Promise<Bundle> =>
  trainTable({ table: memoryTable("people.csv", columns, rows), schema: peopleSchema, options: { ...quickOptions, latent: "hivae", latentDraws: 3, ...more }, open: openSession, session: { threads: 1 } });
const encoded = (predictor: Predictor): Encoded => encodeCells(peopleCells(peopleRows(21, 5, 0.5)), predictor.model.layout);

describe.each([
  ["an MLP", { network: "mlp" }],
  ["a transformer", { network: "transformer", width: 8, depth: 1, heads: 2, epochs: 2, latent: "hivae" }],
  ["two members", { network: "mlp", members: 2, latent: "discrete" }],
] as [string, Partial<TrainingOptions>][])("answers of %s with a latent", (_name, options) => {
  let bundle: Bundle;
  let predictor: Predictor;
  beforeAll(async () => {
    bundle = await train(options);
    predictor = await openPredictor(bundle.model, openSession);
  });
  afterAll(() => predictor.close());
  const members = options.members ?? 1;

  test("are a mixture of draws that differ, averaged exactly", async () => {
    const table = encoded(predictor);
    const paths = await predictor.run(table);
    expect(paths).toHaveLength(3 * members);
    expect(paths[1].linear).toBe(paths[0].linear);
    expect(paths[1].net).not.toEqual(paths[0].net);
    const { model } = predictor;
    const j = model.layout.columns.findIndex((c) => c.kind === "levels" && c.width > 2);
    const each = paths.map((m) => classProbabilities(model, [m], 0, j));
    const all = classProbabilities(model, paths, 0, j);
    all.forEach((q, k) => expect(q).toBeCloseTo(each.reduce((sum, p) => sum + p[k], 0) / paths.length, 6));
    expect(numberDensity(model, paths, 0, 0).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  });

  test("are the same bits in batches of every size, and from the saved file", async () => {
    const table = encoded(predictor);
    const whole = await predictor.run(table);
    const d = predictor.model.layout.features;
    const p = predictor.model.layout.columns.length;
    const again = await openPredictor((await unpackBundle(await packBundle(bundle), "people.vhgm")).model, openSession);
    for (const [size, by] of [[1, predictor], [5, predictor], [21, again], [8, again]] as const) {
      for (let start = 0; start < table.rows; start += size) {
        const count = Math.min(size, table.rows - start);
        const part = await by.run({ rows: count, features: table.features.slice(start * d, (start + count) * d), observed: table.observed.slice(start * p, (start + count) * p) });
        part.forEach((paths: MemberPaths, k) => expect(paths.net, `rows from ${start} by ${size}, draw ${k}`).toEqual(whole[k].net.slice(start * d, (start + count) * d)));
      }
    }
    await again.close();
  });

  test("can be drawn jointly, each draw with one draw of the latent", async () => {
    const table = encoded(predictor);
    const seeds = Array.from({ length: table.rows }, (_, i) => i);
    const once = await drawHoles(predictor, table, seeds, 1, 1);
    expect(await drawHoles(predictor, table, seeds, 1, 1)).toEqual(once);
    expect(await drawHoles(predictor, table, seeds, 1, 2)).not.toEqual(once);
  });
});

test("the plug-in rule gives one prediction, and the card tells how much the latent says", async () => {
  const bundle = await train({ network: "mlp", latentPoint: "plug-in" });
  expect(bundle.model.memberCount).toBe(1);
  expect(bundle.card.latent).toMatchObject({ units: 16, components: 10 });
  expect(bundle.card.masks).toHaveLength(4);
});

test("a model without a latent says nothing of one", async () => {
  const { card } = await train({ network: "mlp", latent: "none" });
  expect(card.latent).toBeUndefined();
});
