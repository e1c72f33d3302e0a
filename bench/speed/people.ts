import type { Rng } from "../../src/base/random.js";
import type { TextRow } from "../../src/data/table.js";
import { schemaSchema, type Schema } from "../../src/schema/schema.js";

/** People with a few common causes: numbers, one in six of them skewed, and levels with 2 to 6 classes. */
export interface Population {
  readonly schema: Schema;
  readonly names: readonly string[];
  /** One person more; a cell is empty with probability `holes`. */
  person(holes: number): TextRow;
}

const causes = 4;

export function inventPeople(numbers: number, levels: number, rng: Rng): Population {
  const classes = (j: number): number => 2 + (j % 5);
  const schema = schemaSchema.parse({
    attributes: [
      ...Array.from({ length: numbers }, (_, j) => ({ name: `n${j}`, type: "real", resolution: 0.001 })),
      ...Array.from({ length: levels }, (_, j) => ({ name: `l${j}`, type: "categorical", levels: Array.from({ length: classes(j) }, (_c, k) => `level ${k}`) })),
    ],
  });
  const names = schema.attributes.map(({ name }) => name);
  const loadings = names.map(() => Array.from({ length: causes }, () => rng.normal() / 2));
  const cell = (j: number, own: readonly number[]): string => {
    const score = loadings[j].reduce((sum, weight, k) => sum + weight * own[k], 0.7 * rng.normal());
    if (j < numbers) return (j % 6 === 5 ? Math.exp(1.2 * score) : score).toFixed(3);
    const most = classes(j - numbers) - 1;
    return `level ${Math.max(0, Math.min(most, Math.round(most / 2 + score)))}`;
  };
  return {
    schema,
    names,
    person(holes) {
      const own = Array.from({ length: causes }, () => rng.normal());
      return names.map((_, j) => (rng.uniform() < holes ? "" : cell(j, own)));
    },
  };
}
