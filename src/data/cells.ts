import { VhgmError } from "../base/errors.js";
import { isNumeric, type Attribute, type Schema } from "../schema/schema.js";
import { isMissingText } from "../schema/missing.js";
import type { TextRow } from "./table.js";

/** Largest magnitude that a number may have: single precision keeps squares of it finite after scaling. */
const largest = 1e30;
const msPerDay = 86_400_000;

/**
 * Reads one attribute's cells: a hole is NaN, a number is itself (dates: days since 1970-01-01), a level is its index.
 * A text that is no level of the dictionary is `unknown` (NaN for the model, kept as it stands in the table).
 */
export interface CellReader {
  readonly attribute: Attribute;
  /** @throws VhgmError code 'data' for text in a number column and for numbers beyond ±1e30 or not finite */
  read(text: string, place: () => string): number;
  /** How many cells held a level that the dictionary does not know. */
  unknown: number;
  /** The first such text. */
  firstUnknown?: string;
}

export function cellReader(attribute: Attribute): CellReader {
  const levels = attribute.levels ?? [];
  const index = new Map(levels.map((level, i) => [level, i]));
  const numeric = new Map<number, number>();
  levels.forEach((level, i) => {
    if (level.trim() !== "" && Number.isFinite(Number(level))) numeric.set(Number(level), i);
  });
  const reader: CellReader = {
    attribute,
    unknown: 0,
    read(text, place) {
      if (isMissingText(text, attribute)) return NaN;
      if (isNumeric(attribute.type)) return attribute.type === "date" ? readDate(text, attribute, place) : readNumber(text, attribute, place);
      const known = index.get(text) ?? index.get(text.trim()) ?? numeric.get(text.trim() === "" ? NaN : Number(text));
      if (known !== undefined) return known;
      reader.unknown++;
      reader.firstUnknown ??= text;
      return NaN;
    },
  };
  return reader;
}

function readNumber(text: string, attribute: Attribute, place: () => string): number {
  const value = Number(text);
  if (Number.isFinite(value) && Math.abs(value) <= largest && text.trim() !== "") return value;
  const what = Number.isNaN(value) || text.trim() === "" ? "is not a number" : `is beyond ±${largest}`;
  throw new VhgmError(
    "data",
    `'${text}' ${what}, in column '${attribute.name}', ${place()}; the column takes plain numbers, ` +
      `and texts that mean "missing" must be listed under 'missing' in the dictionary (vhgm inspect).`,
  );
}

function readDate(text: string, attribute: Attribute, place: () => string): number {
  const match = /^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})/.exec(text);
  const time = match ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : NaN;
  if (!Number.isNaN(time)) return time / msPerDay;
  throw new VhgmError("data", `'${text}' is not a date, in column '${attribute.name}', ${place()}; dates are written YYYY-MM-DD.`);
}

/** Writes a modelled value as text in the user's units: rounded to the recorded resolution, inside the support. */
export function formatValue(value: number, attribute: Attribute): string {
  if (!isNumeric(attribute.type)) return attribute.levels![value];
  let x = Math.min(attribute.max ?? Infinity, Math.max(attribute.min ?? -Infinity, value));
  const { resolution } = attribute;
  if (attribute.type === "date") return new Date(Math.round(x) * msPerDay).toISOString().slice(0, 10);
  if (!resolution) return String(Number(x.toPrecision(8)));
  x = Math.round(x / resolution) * resolution;
  const decimals = Math.max(0, Math.ceil(-Math.log10(resolution) - 1e-9));
  const text = x.toFixed(Math.min(decimals, 20));
  return Number(text) === 0 ? "0" : decimals > 0 ? String(Number(text)) : text;
}

/** One column per modelled attribute of the schema, in the schema's order; NaN where there is a hole. */
export interface Cells {
  readonly rows: number;
  readonly attributes: readonly Attribute[];
  readonly values: readonly Float64Array[];
}

/** The schema's modelled attributes with the position of each in a table's columns (-1: absent). */
export function matchColumns(schema: Schema, columns: readonly string[]): { attribute: Attribute; at: number }[] {
  return schema.attributes
    .filter((attribute) => attribute.role === "attribute")
    .map((attribute) => {
      const names = [attribute.name, ...(attribute.aliases ?? [])];
      return { attribute, at: columns.findIndex((name) => names.includes(name)) };
    });
}

/** Reads batches of rows into columns of numbers that grow as needed. */
export class CellsBuilder {
  private readonly matched: { attribute: Attribute; at: number }[];
  private readonly readers: CellReader[];
  private columns: Float64Array[];
  private count = 0;
  private readonly name: string;

  constructor(schema: Schema, columns: readonly string[], name: string) {
    this.name = name;
    this.matched = matchColumns(schema, columns);
    this.readers = this.matched.map(({ attribute }) => cellReader(attribute));
    this.columns = this.matched.map(() => new Float64Array(256));
  }

  /** Texts that are no level of the dictionary, by column. */
  get unknownLevels(): { name: string; text: string; count: number }[] {
    return this.readers.flatMap((r) => (r.unknown > 0 ? [{ name: r.attribute.name, text: r.firstUnknown!, count: r.unknown }] : []));
  }

  /** Adds rows; the first data row of a file is row 1 in messages. */
  add(rows: readonly TextRow[]): void {
    if (this.columns.length > 0 && this.count + rows.length > this.columns[0].length) {
      this.columns = this.columns.map((old) => {
        const grown = new Float64Array(Math.max(old.length * 2, this.count + rows.length));
        grown.set(old);
        return grown;
      });
    }
    this.matched.forEach(({ at }, j) => {
      const column = this.columns[j];
      const reader = this.readers[j];
      for (let i = 0; i < rows.length; i++) {
        const row = this.count + i;
        column[row] = at < 0 ? NaN : reader.read(rows[i][at], () => `row ${row + 1} of ${this.name}`);
      }
    });
    this.count += rows.length;
  }

  finish(): Cells {
    return {
      rows: this.count,
      attributes: this.matched.map((m) => m.attribute),
      values: this.columns.map((c) => c.subarray(0, this.count)),
    };
  }
}
