import type { Attribute, Schema } from "../schema/schema.js";
import type { CohortModel, ModelAttribute } from "./model.js";
import { populations } from "./population.js";
import { dayOf } from "./scale.js";

/** Bounds, resolution and levels of an attribute as the data dictionary states them. */
function recording({ scale, coder }: ModelAttribute): Partial<Attribute> {
  switch (scale.kind) {
    case "person": {
      if (scale.field === "sex") return { levels: ["M", "F"] };
      const all = Object.values(populations);
      return {
        resolution: 1,
        min: Math.min(...all.map(({ firstAge }) => firstAge)),
        max: Math.max(...all.map(({ lastAge }) => lastAge)),
      };
    }
    case "levels":
      return { levels: [...scale.levels] };
    case "count":
      return { resolution: 1, min: 0 };
    case "date":
      return { resolution: 1, min: dayOf(scale.from), max: dayOf(scale.from) + scale.days - 1 };
    case "log":
      return { resolution: scale.resolution, min: coder.number(-Infinity), max: scale.max };
    case "linear":
    case "uniform":
      return { resolution: scale.resolution, min: scale.min, max: scale.max };
  }
}

/** The data dictionary of all sources together: the key column, then the model's attributes. */
export function cohortSchema(model: CohortModel): Schema {
  const key: Attribute = { name: "person_id", label: "Person number, the same in every source", role: "key", type: "categorical" };
  const attributes = model.attributes.map((attribute): Attribute => {
    const { name, label, unit, type, applies } = attribute;
    const entry = { name, label, unit, role: "attribute", type, ...recording(attribute), applies_when: applies?.when } as const;
    return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as Attribute;
  });
  return { version: 1, attributes: [key, ...attributes] };
}
