import { describe, expect, test } from "vitest";
import { schemaSchema } from "../schema/schema.js";
import { cohortSchema } from "./dictionary.js";
import { factorMatrix, factorMeans, treatmentShift } from "./factors.js";
import { baseAttributes, cohortModel, maxAttributes, sharedNames } from "./model.js";
import { dot } from "./person.js";
import { blockSize } from "./panels.js";

describe("generating model", () => {
  test("has 60 to 70 attributes with equations of their own, of every type", () => {
    const { attributes } = cohortModel();
    expect(attributes.length).toBeGreaterThanOrEqual(60);
    expect(attributes.length).toBeLessThanOrEqual(70);
    expect(new Set(attributes.map(({ type }) => type))).toEqual(
      new Set(["real", "positive", "count", "ordinal", "categorical", "binary", "date"]),
    );
    expect(sharedNames).toEqual(["age", "sex", "deprivation", "height", "weight", "smoking", "exercise_programme"]);
  });

  test("factors have variance one given age, sex and treatments", () => {
    for (const row of factorMatrix) expect(dot(row, row)).toBeCloseTo(1, 12);
  });

  test("treatments shift factors by the same amount at every age and sex", () => {
    const shift = treatmentShift(1);
    const difference = factorMeans(33, 1, [1, 1, 0]).map((x, k) => x - factorMeans(33, 1, [1, 0, 0])[k]);
    difference.forEach((x, k) => expect(x).toBeCloseTo(shift[k], 12));
  });

  test("scores have variance one given age, sex and treatments, further panels included", () => {
    for (const { name, innovationLoads, noise, block, scale } of cohortModel(1000).attributes) {
      if (scale.kind === "person") continue;
      const variance = dot(innovationLoads, innovationLoads) + noise ** 2 + (block?.load ?? 0) ** 2;
      expect(variance, name).toBeCloseTo(1, 9);
    }
  });

  test("twelve thousand attributes have distinct names and labels, and narrower models are their beginning", () => {
    const wide = cohortModel(maxAttributes).attributes;
    expect(wide.length).toBe(12_000);
    expect(new Set(wide.map(({ name }) => name)).size).toBe(12_000);
    expect(new Set(wide.map(({ label }) => label)).size).toBe(12_000);
    for (const { name } of wide) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    // As JSON, since coders are functions.
    expect(JSON.stringify(cohortModel(300).attributes)).toBe(JSON.stringify(wide.slice(0, 300)));
  });

  test("further attributes of a block share the block's factor", () => {
    const further = cohortModel(baseAttributes + 2 * blockSize).attributes.slice(baseAttributes);
    expect(new Set(further.slice(0, blockSize).map(({ block }) => block?.index))).toEqual(new Set([0]));
    expect(further.slice(0, 3).map(({ label }) => label)).toMatchInlineSnapshot(`
      [
        "Plasma phosphatidylcholine PC 30:0",
        "Plasma phosphatidylcholine PC 30:1",
        "Plasma phosphatidylcholine PC 30:2",
      ]
    `);
  });

  test("the dictionary is a valid schema", () => {
    const schema = cohortSchema(cohortModel(500));
    expect(schemaSchema.parse(schema)).toEqual(schema);
    expect(schema.attributes.find(({ name }) => name === "nt_probnp")).toMatchInlineSnapshot(`
      {
        "applies_when": "age >= 60",
        "label": "N-terminal pro-BNP",
        "max": 20000,
        "min": 11,
        "name": "nt_probnp",
        "resolution": 1,
        "role": "attribute",
        "type": "positive",
        "unit": "pg/mL",
      }
    `);
  });

  test.each([0, 69, 12_001, 80.5])("%d attributes are refused", (attributes) => {
    expect(() => cohortModel(attributes)).toThrow(/allowed are whole numbers from 70 to 12000/);
  });
});
