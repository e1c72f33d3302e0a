/** Real and spoilt tables of people, for tests of how invented people are judged. */
import { createRng, permutation } from "../../src/base/random.js";
import type { Cells } from "../../src/data/cells.js";
import type { Attribute } from "../../src/schema/schema.js";

const attributes: readonly Attribute[] = [
  { name: "age", role: "attribute", type: "real" },
  { name: "bp", role: "attribute", type: "real" },
  { name: "weight", role: "attribute", type: "real" },
  { name: "drug", role: "attribute", type: "binary", levels: ["no", "yes"] },
  { name: "grade", role: "attribute", type: "categorical", levels: ["a", "b", "c"] },
];

/** People with related attributes; a tenth of the cells is empty. */
export function relatedPeople(rows: number, seed: number): Cells {
  const rng = createRng(seed);
  const people = Array.from({ length: rows }, () => {
    const age = 50 + 12 * rng.normal();
    const bp = 90 + 0.8 * age + 6 * rng.normal();
    const weight = 70 + 10 * rng.normal();
    const drug = bp + 6 * rng.normal() > 130 ? 1 : 0;
    const grade = Math.min(2, Math.max(0, Math.floor((bp - 120) / 10 + 0.4 * rng.normal())));
    return [age, bp, weight, drug, grade].map((x) => (rng.uniform() < 0.1 ? NaN : x));
  });
  return { rows, attributes, values: attributes.map((_, j) => Float64Array.from(people, (row) => row[j])) };
}

/** The same columns, each in a random order of its own. */
export function shuffledColumns(cells: Cells, seed: number): Cells {
  const rng = createRng(seed);
  return { ...cells, values: cells.values.map((column) => Float64Array.from(permutation(cells.rows, rng), (i) => column[i])) };
}
