/** The words of notes: suggestions as dictionary lines, and texts shortened for a sentence. */
import type { CellNote } from "./profile.js";
import type { Attribute } from "./schema.js";

/** A suggestion: "field: value  # why", the value in JSON, which is YAML too. */
export function suggest(field: keyof Attribute, value: string | number | readonly string[], why: string): string {
  const isPlain = typeof value === "string" && /^[a-z]+$/.test(value);
  const written = isPlain
    ? value
    : Array.isArray(value)
      ? `[${value.map((item) => JSON.stringify(item)).join(", ")}]`
      : JSON.stringify(value);
  return `${field}: ${written}  # ${why}`;
}

/** A cell text in a sentence: in quotation marks, cut at 40 characters. */
export const quote = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);

/** A value of a file in a sentence: in JSON, cut at 60 characters, so that a file given by mistake is not printed whole. */
export function quoteValue(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

export const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;

/** A cell that does not fit its column, by its row. */
export const describeCell = ({ row, text }: CellNote, what: string): string =>
  `Row ${row} holds ${quote(text)}, which is not ${what}: correct it or list it under missing.`;
