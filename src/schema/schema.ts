import { z } from "zod";

/** Measurement scale of an attribute. `date` is handled as days since 1970-01-01. */
export const attributeTypes = ["real", "positive", "count", "ordinal", "categorical", "binary", "date"] as const;
export type AttributeType = (typeof attributeTypes)[number];

/** What a column is used for. Only `attribute` columns enter the model; the others are copied through unchanged. */
export const roles = ["attribute", "id", "key", "text", "weight", "ignore"] as const;
export type Role = (typeof roles)[number];

/** How a column of some table becomes an attribute: value of the attribute = multiply * value in the column + add. */
export const conversionSchema = z.strictObject({
  /** The column's name; it need not be listed under `aliases` too. */
  column: z.string().min(1),
  /** Name of the table, without folder and extension; any table if absent. */
  source: z.string().min(1).optional(),
  /** For numbers. */
  multiply: z.number().optional(),
  add: z.number().optional(),
});
export type Conversion = z.infer<typeof conversionSchema>;

/** One column of a table as the model sees it: the data dictionary's entry. */
export const attributeSchema = z.strictObject({
  /** Column name exactly as it stands in the table. */
  name: z.string().min(1),
  label: z.string().optional(),
  unit: z.string().optional(),
  role: z.enum(roles).default("attribute"),
  type: z.enum(attributeTypes),
  /** Levels of ordinal (in their order), categorical and binary attributes, spelled as in the table. */
  levels: z.array(z.string()).optional(),
  /** Recorded resolution of numbers: 1 for whole numbers, 0.1 for one decimal; values come back rounded to it. Counts have 1 by default. */
  resolution: z.number().positive().optional(),
  /** Support of numbers: imputed values never leave it. By default the observed range. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** Decimal sign of the numbers' texts in the table, a point by default. The dictionary's own numbers have a point. */
  decimal: z.enum([".", ","]).optional(),
  /** For dates: how they are written in the table, YYYY-MM-DD (with times YYYY-MM-DDThh:mm:ssZ) by default. */
  format: z.string().optional(),
  /** Cell texts that mean "missing", besides an empty cell, NA and "." (for instance 7777, 9999, Refused). */
  missing: z.array(z.string()).optional(),
  /** Condition under which the attribute applies to a person, for instance "sex = 'F' and age >= 18". */
  applies_when: z.string().optional(),
  /** For numbers that follow from others, for instance "weight / (height / 100)^2". */
  equals: z.string().optional(),
  /** For numbers: name of another one that is larger in every invented person, for instance systolic at diastolic. */
  less_than: z.string().optional(),
  /** Set for what is known from a person's visits before or after the row's own; `vhgm train --visits-by` adds such attributes. */
  visit: z.enum(["before", "after"]).optional(),
  /** Other names under which the attribute stands in other tables. */
  aliases: z.array(z.string()).optional(),
  /** Columns that hold the attribute in another unit, for instance mmol/L instead of mg/dL. */
  conversions: z.array(conversionSchema).optional(),
});
export type Attribute = z.infer<typeof attributeSchema>;

/** The data dictionary: what `vhgm inspect` writes and `vhgm train --schema` obeys. */
export const schemaSchema = z.strictObject({
  version: z.literal(1).default(1),
  /** Columns that tell repeated visits apart: whose they are, and when. */
  visits: z.strictObject({ person: z.string().min(1), time: z.string().min(1) }).optional(),
  attributes: z.array(attributeSchema).min(1),
});
export type Schema = z.infer<typeof schemaSchema>;

/** Types whose values are numbers on a scale; the others have levels. */
export const isNumeric = (type: AttributeType): boolean =>
  type === "real" || type === "positive" || type === "count" || type === "date";
