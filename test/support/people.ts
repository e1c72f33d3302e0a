import { createRng } from "../../src/base/random.js";
import { CellsBuilder, formatValue, type Cells } from "../../src/data/cells.js";
import type { TextRow } from "../../src/data/table.js";
import type { Attribute, Schema } from "../../src/schema/schema.js";

const attribute = (name: string, type: Attribute["type"], more: Partial<Attribute> = {}): Attribute => ({ name, role: "attribute", type, ...more });

/** A dictionary with an attribute of every type, an id, and an attribute that nobody has. */
export const peopleSchema: Schema = {
  version: 1,
  attributes: [
    attribute("person", "categorical", { role: "id" }),
    attribute("age", "count", { resolution: 1, min: 18, max: 90, aliases: ["AGE"] }),
    attribute("sex", "binary", { levels: ["F", "M"] }),
    attribute("height", "positive", { resolution: 0.5, unit: "cm" }),
    attribute("income", "real", { resolution: 10, min: 0 }),
    attribute("visit", "date", { resolution: 1 }),
    attribute("health", "ordinal", { levels: ["poor", "fair", "good", "very good"] }),
    attribute("region", "categorical", { levels: ["North", "South", "East", "None"] }),
    attribute("smokes", "binary", { levels: ["no", "yes"], missing: ["refused"] }),
    attribute("unused", "real"),
  ],
};
export const peopleColumns = peopleSchema.attributes.map((a) => a.name);

/** Rows of text as a file would hold them, holes included. */
export function peopleRows(count: number, seed: number, holes = 0.25): TextRow[] {
  const rng = createRng(seed, 0x9e09);
  const entry = (name: string): Attribute => peopleSchema.attributes.find((a) => a.name === name)!;
  return Array.from({ length: count }, (_, i) => {
    const age = Math.round(18 + 60 * rng.uniform());
    const male = rng.uniform() < 0.5;
    const values: Record<string, number> = {
      age,
      sex: male ? 1 : 0,
      height: (male ? 176 : 163) + 6 * rng.normal(),
      income: Math.exp(7 + 0.01 * age + 0.6 * rng.normal()),
      visit: 18_000 + 300 * rng.uniform(),
      health: Math.min(3, Math.max(0, Math.round(3.5 - age / 30 + 0.6 * rng.normal()))),
      region: rng.int(4),
      smokes: rng.uniform() < (male ? 0.4 : 0.15) ? 1 : 0,
    };
    return peopleColumns.map((name) => {
      if (name === "person") return `p${seed}-${i}`;
      if (name === "unused" || rng.uniform() < holes) return ["", "NA", ""][rng.int(3)];
      return formatValue(values[name], entry(name));
    });
  });
}

export function peopleCells(rows: readonly TextRow[], columns: readonly string[] = peopleColumns): Cells {
  const builder = new CellsBuilder(peopleSchema, columns, "people.csv");
  builder.add(rows);
  return builder.finish();
}
