/**
 * Bundles that earlier programs wrote, kept as they were. format1.vhgm is of a program that neither counted who was seen
 * together nor read conditions: its dictionary has one that holds (systolic) and one that can't be read (smoking).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packBundle, unpackBundle } from "../bundle/bundle.js";
import { openSession } from "../engine/node/session.js";
import { predict } from "./predict.js";
import { openPredictor } from "./predictor.js";

test("a bundle of format 1 without counts still answers as it did", async () => {
  const bundle = await unpackBundle(await readFile(join(import.meta.dirname, "../bundle/golden/format1.vhgm")), "format1.vhgm");
  expect(bundle.model.together).toBeUndefined();
  expect(bundle.schema.attributes.map(({ name, applies_when }) => [name, applies_when])).toEqual([
    ["age", undefined], ["sex", undefined], ["systolic", "age >= 18"], ["smoking", undefined],
  ]);
  const predictor = await openPredictor(bundle.model, openSession);
  try {
    const { answers } = await predict(predictor, bundle.schema, { age: 60, sex: "F" });
    expect(answers.map(({ name }) => name)).toEqual(["systolic", "smoking"]);
    expect(answers[0].mean).toBeCloseTo(129.0331, 3);
    expect(answers[0]).not.toHaveProperty("support");
    expect(answers[1].mode).toBe("never");
  } finally {
    await predictor.close();
  }
  const again = await unpackBundle(await packBundle(bundle), "again.vhgm");
  expect(again.model.together).toBeUndefined();
});
