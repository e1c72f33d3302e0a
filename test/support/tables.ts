import { createRng, type Rng } from "../../src/base/random.js";
import type { Cells } from "../../src/data/cells.js";
import type { Attribute, AttributeType, Schema } from "../../src/schema/schema.js";

/** A column of a made-up table: its dictionary entry, and its value in one person (a level's index; NaN for a hole). */
export interface ColumnSpec {
  readonly attribute: Attribute;
  readonly value: (person: readonly number[], rng: Rng) => number;
}

export const numberAttribute = (name: string, more: Partial<Attribute> = {}): Attribute => ({ name, role: "attribute", type: "real", ...more });
export const levelsAttribute = (name: string, levels: number, type: AttributeType = levels === 2 ? "binary" : "categorical"): Attribute => ({
  name,
  role: "attribute",
  type,
  levels: Array.from({ length: levels }, (_, k) => `${name}${k}`),
});

/** Columns of numbers and level indices as cells. */
export const cellsOf = (attributes: readonly Attribute[], columns: readonly ArrayLike<number>[]): Cells => ({
  rows: columns[0]?.length ?? 0,
  attributes,
  values: columns.map((c) => Float64Array.from(c)),
});

export const schemaOf = (attributes: readonly Attribute[]): Schema => ({ version: 1, attributes: [...attributes] });

/** The same with each cell a hole with the given probability. */
export function withHoles(cells: Cells, rate: number, seed: number): Cells {
  const rng = createRng(seed, 0x401e5);
  return { ...cells, values: cells.values.map((column) => column.map((x) => (rng.uniform() < rate ? NaN : x))) };
}

/**
 * People with 2 common factors: numbers that load on them with noise, attributes with levels cut from them. Loadings vary
 * from column to column, so that columns are related to each other more or less.
 */
export function factorTable(rows: number, numbers: number, levels: readonly number[], seed: number): Cells {
  const rng = createRng(seed, 0xfac7);
  const factors = Array.from({ length: rows }, () => [rng.normal(), rng.normal()]);
  const columns: number[][] = [];
  const attributes: Attribute[] = [];
  for (let j = 0; j < numbers; j++) {
    const angle = (2 * Math.PI * j) / Math.max(numbers, 1) + 0.3;
    const noise = 0.4 + 0.2 * (j % 3);
    attributes.push(numberAttribute(`n${j}`));
    columns.push(factors.map(([a, b]) => 10 * j + (1 + j) * (Math.cos(angle) * a + Math.sin(angle) * b + noise * rng.normal())));
  }
  levels.forEach((count, j) => {
    const angle = 1.1 * j + 0.7;
    attributes.push(levelsAttribute(`l${j}`, count));
    columns.push(factors.map(([a, b]) => {
      const x = Math.cos(angle) * a + Math.sin(angle) * b + 0.5 * rng.normal();
      return Math.min(count - 1, Math.max(0, Math.floor(((x + 1.6) / 3.2) * count)));
    }));
  });
  return cellsOf(attributes, columns);
}
