/** The models that are served, as far as the server's own thread knows them. */
import type { z } from "@hono/zod-openapi";
import type { Bundle } from "../bundle/bundle.js";
import { neverTogether } from "../bundle/neverTogether.js";
import type { Marginals } from "../data/marginals.js";
import { isNumeric, type Attribute } from "../schema/schema.js";
import { Refusal } from "./api/problem.js";
import type { attributeSchema, attributesSchema, modelSchema } from "./api/schemas.js";
import type { C } from "./handlers.js";

export type AttributeEntry = z.infer<typeof attributeSchema>;

export interface ServedModel {
  readonly name: string;
  /** The file as it was read. */
  readonly bytes: Uint8Array;
  readonly summary: z.infer<typeof modelSchema>;
  readonly entries: readonly AttributeEntry[];
  /** Absent for models of older programs. */
  readonly marginals?: Marginals;
  /** @returns undefined for an attribute that the model does not know */
  find(name: string): AttributeEntry | undefined;
  search(query: { search?: string; type?: string; unit?: string; limit: number; offset: number }): z.infer<typeof attributesSchema>;
}

export function serveModel(name: string, bytes: Uint8Array, bundle: Bundle): ServedModel {
  const { schema, card, model } = bundle;
  const scores = new Map(card.scores.map((score) => [score.name, score]));
  const columnOf = new Map(model.layout.columns.map((column, j) => [column.attribute.name, j]));
  const known = schema.attributes.filter(({ role }) => role === "attribute");
  const entries = known.map((attribute) => describe(attribute, bundle, columnOf.get(attribute.name), scores.get(attribute.name)));
  const haystacks = known.map(({ name, label = "", unit = "", aliases = [] }) => [name, label, unit, ...aliases].join("\n").toLowerCase());
  const byName = new Map(entries.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])].map((text) => [text, entry] as const)));
  for (const entry of entries) byName.set(entry.name, entry);
  const types: Record<string, number> = {};
  for (const { type } of entries) types[type] = (types[type] ?? 0) + 1;
  const never = neverTogether({ model });
  const shown: Record<string, unknown> = { ...card };
  delete shown.scores; // they stand at the attributes
  delete shown.marginals; // they have a route of their own
  return {
    name,
    bytes,
    entries,
    summary: {
      name,
      attributes: entries.length,
      learned: model.layout.columns.length,
      types,
      members: model.memberCount,
      downloadable: card.memory !== "rows",
      never: never && { allPairs: never.allPairs, pairs: never.pairs, blocks: never.blocks.map(({ a, b, pairs }) => ({ a: [...a], b: [...b], pairs })) },
      card: shown,
    },
    marginals: card.marginals,
    find: (text) => byName.get(text),
    search({ search = "", type, unit, limit, offset }) {
      const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
      const found = entries.flatMap((entry, k) => {
        if ((type !== undefined && entry.type !== type) || (unit !== undefined && entry.unit !== unit)) return [];
        return words.every((word) => haystacks[k].includes(word)) ? [{ entry, rank: rankOf(entry, search.trim().toLowerCase()), k }] : [];
      });
      found.sort((a, b) => a.rank - b.rank || a.k - b.k);
      return { total: found.length, offset, limit, attributes: found.slice(offset, offset + limit).map(({ entry }) => entry) };
    },
  };
}

/** The model that a request names, or the first. @throws Refusal 404 if there is none of that name */
export function chosenModel(models: readonly ServedModel[], c: C): ServedModel {
  const name = c.req.query("model");
  const found = name === undefined ? models[0] : models.find((m) => m.name === name);
  if (!found) throw new Refusal(404, "unknown-model", `There is no model '${name}'; the server has ${models.map((m) => m.name).join(", ")}.`, { field: "?model" });
  return found;
}

/** The name itself, then names that begin so, names that hold it, labels, and the rest. */
function rankOf({ name, label = "" }: AttributeEntry, search: string): number {
  const own = name.toLowerCase();
  if (own === search) return 0;
  if (own.startsWith(search)) return 1;
  if (own.includes(search)) return 2;
  return label.toLowerCase().includes(search) ? 3 : 4;
}

function describe(attribute: Attribute, { model }: Bundle, column: number | undefined, score: Bundle["card"]["scores"][number] | undefined): AttributeEntry {
  const { name, label, unit, type, levels, resolution, applies_when, equals, aliases, missing, conversions, decimal } = attribute;
  const grid = column !== undefined && isNumeric(type) ? model.grids.grids[column] : undefined;
  return {
    name,
    ...(label ? { label } : {}),
    ...(unit ? { unit } : {}),
    type,
    ...(levels ? { levels } : {}),
    ...(resolution ? { resolution } : {}),
    ...(grid ? { range: { low: grid.lo[0], high: grid.hi[grid.size - 1] } } : {}),
    ...(applies_when ? { appliesWhen: applies_when } : {}),
    ...(equals ? { equals } : {}),
    ...(aliases?.length ? { aliases } : {}),
    ...(missing?.length ? { missing } : {}),
    ...(conversions?.length ? { conversions } : {}),
    ...(decimal ? { decimal } : {}),
    learned: column !== undefined,
    ...(score ? { score: { cells: score.cells, error: score.error, baseline: score.baseline, nll: score.nll } } : {}),
  };
}
