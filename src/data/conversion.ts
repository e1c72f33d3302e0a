import { isNumeric, type Attribute, type Conversion } from "../schema/schema.js";
import { countDecimals } from "../schema/values.js";

/** A table's name as the dictionary calls it: the file's name without its extensions. */
export const sourceName = (tableName: string): string => tableName.replace(/(?<=.)(\.(csv|tsv|txt|jsonl|ndjson)(\.gz)?|\.parquet|\.xpt)$/i, "");

/** The conversion by which a column of a table becomes the attribute, if the dictionary has one; one for this source wins. */
export function conversionOf({ conversions = [] }: Attribute, column: string, source: string): Conversion | undefined {
  const own = conversions.filter((c) => c.column === column);
  return own.find((c) => c.source === source) ?? own.find((c) => c.source === undefined);
}

/** Digits that a converted value keeps where the dictionary states no resolution. */
const digits = 5;

/** The attribute's value of a number in the column, rounded to the attribute's resolution: 5.4 mmol/L is 97 mg/dL, not 97.2864. */
export function convert(value: number, { multiply = 1, add = 0 }: Conversion, { resolution }: Attribute): number {
  const x = multiply * value + add;
  return resolution ? Number((Math.round(x / resolution) * resolution).toFixed(Math.min(20, countDecimals(resolution)))) : Number(x.toPrecision(digits));
}

/** The column's value of a value of the attribute. */
export const convertBack = (value: number, { multiply = 1, add = 0 }: Conversion): number => (value - add) / multiply + 0;

/**
 * The attribute in the column's own unit, by which values are written back into the table: its range, and the power of ten
 * nearest to its resolution.
 */
export function inColumnUnit(attribute: Attribute, conversion: Conversion): Attribute {
  if (!isNumeric(attribute.type)) return attribute;
  const { resolution, min, max } = attribute;
  const ends = [min, max].map((x) => (x === undefined ? undefined : convertBack(x, conversion)));
  const [low, high] = (conversion.multiply ?? 1) > 0 ? ends : ends.reverse();
  const step = resolution === undefined ? undefined : Number(`1e${Math.round(Math.log10(resolution / Math.abs(conversion.multiply ?? 1)))}`);
  return { ...attribute, type: "real", resolution: step, min: low, max: high };
}
