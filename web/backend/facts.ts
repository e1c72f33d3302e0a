import type { Bundle } from "../../src/bundle/bundle.js";
import { neverTogether } from "../../src/bundle/neverTogether.js";
import type { KnownAttribute } from "./backend.js";
import type { OpenedModel } from "./messages.js";

/** What the app knows of a model, from its bundle. */
export function factsOf({ schema, card, model }: Bundle, name: string): OpenedModel {
  const { scores, ...all } = card;
  const rest: Omit<typeof all, "marginals"> & { marginals?: unknown } = { ...all };
  delete rest.marginals;
  const scoreOf = new Map(scores.map(({ name, ...score }) => [name, score]));
  const columnOf = new Map(model.layout.columns.map((column, j) => [column.attribute.name, j]));
  const never = neverTogether({ model });
  const range = (j: number): KnownAttribute["range"] => {
    const grid = model.grids.grids[j];
    return model.layout.columns[j].kind === "number" ? { low: grid.lo[0], high: grid.hi[grid.size - 1] } : undefined;
  };
  return {
    name,
    card: rest,
    attributes: schema.attributes.filter((a) => columnOf.has(a.name)).map((a) => ({
      name: a.name,
      label: a.label,
      unit: a.unit,
      type: a.type,
      levels: a.levels,
      resolution: a.resolution,
      aliases: a.aliases,
      missing: a.missing,
      decimal: a.decimal,
      conversions: a.conversions,
      equals: a.equals,
      appliesWhen: a.applies_when,
      range: range(columnOf.get(a.name)!),
      score: scoreOf.get(a.name),
    })),
    never: never && { allPairs: never.allPairs, pairs: never.pairs, blocks: never.blocks },
  };
}
