/** What a bundle's description of its model must be: its layout, grids and calibrations fit each other and the dictionary. */
import { z } from "zod";
import type { Column, Layout } from "../data/layout.js";
import type { Calibrations } from "../model/columnCalibration.js";
import type { GridJson } from "../model/likelihoods/index.js";
import { attributeSchema, isNumeric, type Schema } from "../schema/schema.js";

export interface StoredModel extends Calibrations {
  readonly layout: Layout;
  readonly memberCount: number;
  readonly peoplePerMemoryRow: number;
  readonly memorySources?: readonly string[];
  readonly memoryHashes: readonly number[] | null;
  readonly grids: readonly GridJson[];
}

const whole = z.number().int().nonnegative();
const count = z.number().int().positive();
const numbers = z.array(z.number());
const kind = z.enum(["number", "levels"]);

const columnSchema = z.object({
  source: whole,
  attribute: attributeSchema,
  kind,
  first: whole,
  width: count,
  center: z.number(),
  scale: z.number(),
  ranks: numbers,
  classOf: z.array(whole),
  shareInClass: numbers,
});

const calibrations = z.array(z.looseObject({ weights: numbers.length(3), spread: z.number(), histogram: z.number(), cells: numbers }));

const shape = z.object({
  layout: z.object({
    columns: z.array(columnSchema),
    groups: z.array(z.object({ kind, width: count, count, firstColumn: whole, firstFeature: whole })),
    numbers: whole,
    features: whole,
    empty: z.array(z.string()),
  }),
  columns: calibrations,
  lessSeen: z.array(calibrations).optional(),
  memberCount: count,
  peoplePerMemoryRow: z.number(),
  memorySources: z.array(z.string()).optional(),
  memoryHashes: numbers.nullable(),
  grids: z.array(z.object({ lo: numbers, hi: numbers, center: numbers, bound: numbers, below: numbers.optional(), resolution: z.number() })),
});

/** The model of a dictionary, as it stands: a bundle that is written again has the same bytes. */
export function modelSchema(schema: Schema): z.ZodType<StoredModel> {
  const names = schema.attributes.filter(({ role }) => role === "attribute").map(({ name }) => name);
  return z.custom<StoredModel>((given) => {
    const read = shape.safeParse(given);
    if (!read.success) return false;
    const { layout, columns, lessSeen = [], grids } = read.data;
    const fits = ({ source, attribute }: Column): boolean => names[source] === attribute.name;
    return layout.columns.every((column) => fits(column) && isColumn(column)) && new Set(layout.columns.map(({ source }) => source)).size === layout.columns.length
      && liesInOrder(layout) && grids.length === layout.numbers && [columns, ...lessSeen].every(({ length }) => length === layout.columns.length);
  });
}

function isColumn({ kind: is, attribute: { type, levels }, width, ranks, classOf, shareInClass }: Column): boolean {
  if (is === "number") return isNumeric(type) && width === (ranks.length > 0 ? 2 : 1);
  return !isNumeric(type) && classOf.length === levels?.length && shareInClass.length === classOf.length && classOf.every((k) => k < width);
}

/** Whether columns, and the groups of them, lie one after the other, numbers first, and fill the features. */
function liesInOrder({ columns, groups, numbers: most, features }: Layout): boolean {
  const ends = columns.map(({ first, width }) => first + width);
  const grouped = groups.flatMap(({ kind: of, width, count: size, firstColumn, firstFeature }) => columns.slice(firstColumn, firstColumn + size).map((column, k) => ({ column, of, width, at: firstFeature + k * width })));
  return columns.every(({ kind: is, first }, j) => first === (ends[j - 1] ?? 0) && (is === "number") === j < most)
    && features === (ends.at(-1) ?? 0)
    && grouped.length === columns.length
    && grouped.every(({ column, of, width, at }, j) => column === columns[j] && column.kind === of && column.width === width && column.first === at);
}
