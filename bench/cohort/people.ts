import type { Bundle } from "../../src/bundle/bundle.js";
import type { CohortModel } from "../../src/cohort/model.js";
import type { Predictor } from "../../src/inference/predictor.js";
import { CellsBuilder, type Cells } from "../../src/data/cells.js";

export interface Subject {
  readonly model: CohortModel;
  readonly bundle: Bundle;
  readonly predictor: Predictor;
  readonly seed: number;
}

/** People are drawn from another seed than the tables that were learned. */
export const freshSeed = (seed: number): number => seed + 1000;

/** Cells of some people, each given as texts by attribute name; everything else is a hole. */
export function cellsOfPeople({ bundle }: Subject, people: readonly ReadonlyMap<string, string>[]): Cells {
  const names = bundle.schema.attributes.filter(({ role }) => role === "attribute").map(({ name }) => name);
  const builder = new CellsBuilder(bundle.schema, names, "fresh people");
  builder.add(people.map((person) => names.map((name) => person.get(name) ?? "")));
  return builder.finish();
}

export const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

/** Rows of cells as a Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
