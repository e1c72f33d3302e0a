import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallTable } from "../../../test/support/cli.js";
import { trainedPredictor } from "../../../test/support/trained.js";
import { createRng } from "../../base/random.js";
import { cohortModel } from "../../cohort/model.js";
import { planCohort } from "../../cohort/simulate.js";
import { conditional } from "../../cohort/truth.js";
import { CellsBuilder, type Cells } from "../../data/cells.js";
import type { TextRow } from "../../data/table.js";
import type { Schema } from "../../schema/schema.js";
import type { Predictor } from "../predictor.js";
import { createGenerator } from "./generate.js";

const { table, truth } = smallTable(900);
const all = planCohort({ seed: 1, rows: { checkup: 1, laboratory: 0, lifestyle: 0 } }).schema;
const schema: Schema = { ...all, attributes: all.attributes.filter(({ name }) => table[0].includes(name)) };
let predictor: Predictor;
beforeAll(async () => void (predictor = await trainedPredictor(read(table[0], table.slice(1)), { epochs: 30, steps: 900, width: 32 })));
afterAll(() => predictor.close());

function read(columns: readonly string[], rows: readonly TextRow[]): Cells {
  const builder = new CellsBuilder(schema, columns, "people.csv");
  builder.add(rows);
  return builder.finish();
}

async function invented(count: number, options: { rounds?: number; where?: string; seed?: number } = {}): Promise<Cells> {
  const made = await createGenerator(predictor, schema, options);
  return read(made.columns, await made.rows(0, count));
}

const numbers = schema.attributes.filter(({ role }) => role === "attribute").flatMap(({ type, name }, k) => (type === "categorical" || name === "exam_date" ? [] : [k]));
const moments = (x: Float64Array) => {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const spread = x.reduce((a, b) => a + Math.abs(b - mean), 0) / x.length;
  return { mean, spread, sd: Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length) };
};
function correlations({ values }: Cells): number[] {
  const z = numbers.map((k) => {
    const { mean, sd } = moments(values[k]);
    return values[k].map((x) => (x - mean) / sd);
  });
  return z.flatMap((a, i) => z.slice(0, i).map((b) => a.reduce((sum, x, r) => sum + x * b[r], 0) / a.length));
}
const rms = (a: readonly number[], b: readonly number[]): number => Math.sqrt(a.reduce((sum, x, k) => sum + (x - b[k]) ** 2, 0) / a.length);

describe("people invented by a model of the simulated cohort", () => {
  const real = read(truth[0], truth.slice(1));

  test("have its distributions and its correlations, far better one attribute after the other than all at once", async () => {
    const own = await invented(900);
    for (const k of numbers) {
      const a = moments(own.values[k]);
      const b = moments(real.values[k]);
      const { name } = own.attributes[k];
      expect(Math.abs(a.mean - b.mean) / b.sd, name).toBeLessThan(0.25);
      // A few heavy drinkers make most of alcohol's variance, so that its mean deviation is compared.
      const ratio = name === "alcohol" ? a.spread / b.spread : a.sd / b.sd;
      expect(Math.abs(Math.log(ratio)), name).toBeLessThan(0.35);
    }
    const error = rms(correlations(own), correlations(real));
    const atOnce = rms(correlations(await invented(900, { rounds: 1 })), correlations(real));
    expect(error).toBeLessThan(0.12);
    expect(atOnce).toBeGreaterThan(1.8 * error);
  });

  test("have about the true means given what a condition fixes", async () => {
    const model = cohortModel();
    const at = (name: string): number => schema.attributes.filter(({ role }) => role === "attribute").findIndex((a) => a.name === name);
    for (const [age, sex] of [[30, "F"], [70, "M"]] as const) {
      const own = await invented(250, { where: `age = ${age} and sex = '${sex}'` });
      expect(new Set(own.values[at("age")])).toEqual(new Set([age]));
      for (const name of ["systolic", "height", "weight"]) {
        const known = conditional(model, { age, sex }, name, { rng: createRng(2), draws: 4000, population: "checkup" });
        expect(Math.abs(moments(own.values[at(name)]).mean - known.mean!), `${name} at ${age}`).toBeLessThan(0.5 * known.sd!);
      }
    }
  });
});
