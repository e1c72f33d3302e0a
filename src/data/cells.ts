import { VhgmError } from "../base/errors.js";
import { levelIndex } from "../schema/levels.js";
import { isMissingText } from "../schema/missing.js";
import { isNumeric, type Attribute, type Conversion, type Schema } from "../schema/schema.js";
import { countDecimals, formatDate, formatDecimal, largestNumber, parseDate, parseDecimal, respellDate } from "../schema/values.js";
import { conversionOf, convert, convertBack, inColumnUnit, sourceName } from "./conversion.js";
import type { TextRow } from "./table.js";

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

/** @param conversion how the column's numbers become the attribute's, where they have another unit */
export function cellReader(attribute: Attribute, conversion?: Conversion): CellReader {
  const numeric = isNumeric(attribute.type);
  const indexOf = levelIndex(attribute);
  const reader: CellReader = {
    attribute,
    unknown: 0,
    read(text, place) {
      if (isMissingText(text, attribute)) return NaN;
      if (numeric) {
        if (attribute.type === "date") return readDate(text, attribute, place);
        const value = readNumber(text, attribute, place);
        return conversion ? convert(value, conversion, attribute) : value;
      }
      const index = indexOf(text);
      if (index >= 0) return index;
      reader.unknown++;
      reader.firstUnknown ??= text;
      return NaN;
    },
  };
  return reader;
}

function readNumber(text: string, attribute: Attribute, place: () => string): number {
  const value = parseDecimal(text, attribute.decimal);
  if (value !== null && Math.abs(value) <= largestNumber) return value;
  const what = value === null ? "is not a number" : `is beyond ±${largestNumber}`;
  throw new VhgmError(
    "data",
    `'${text}' ${what}, in column '${attribute.name}', ${place()}; the column takes ${attribute.decimal === "," ? "numbers with a decimal comma" : "plain numbers"}, ` +
      `and texts that mean "missing" must be listed under 'missing' in the dictionary (vhgm inspect).`,
  );
}

function readDate(text: string, attribute: Attribute, place: () => string): number {
  const days = parseDate(text);
  if (days !== null) return days;
  throw new VhgmError("data", `'${text}' is not a date, in column '${attribute.name}', ${place()}; dates are written YYYY-MM-DD.`);
}

/** Writes a modelled value as text in the user's units: rounded to the recorded resolution, inside the support; with a decimal point. */
export function formatValue(value: number, attribute: Attribute): string {
  if (!isNumeric(attribute.type)) return attribute.levels![value];
  const { type, resolution, min = -Infinity, max = Infinity } = attribute;
  const x = roundInside(value, type === "date" ? Math.min(resolution ?? 1, 1) : resolution, min, max);
  return type === "date" ? formatDate(x, resolution) : x === 0 ? "0" : String(x);
}

/** Writes values of an attribute into a table as its column has them: with its decimal sign or spelling of dates, and in its unit. */
export function valueWriter(attribute: Attribute, conversion?: Conversion): (value: number) => string {
  const own = conversion ? inColumnUnit(attribute, conversion) : attribute;
  const text = (value: number): string => formatValue(conversion ? convertBack(value, conversion) : value, own);
  const { decimal, format } = attribute;
  if (format !== undefined) return (value) => respellDate(text(value), format);
  return decimal === "," ? (value) => formatDecimal(Number(text(value)), decimal) : text;
}

/** The multiple of the resolution nearest to a value within [min, max]; the end itself where none lies inside. */
function roundInside(value: number, resolution: number | undefined, min: number, max: number): number {
  const inside = (x: number): number => Math.min(max, Math.max(min, x));
  if (!resolution) return inside(Number(value.toPrecision(8)));
  const slack = 1e-9;
  const steps = Math.max(Math.ceil(min / resolution - slack), Math.min(Math.floor(max / resolution + slack), Math.round(value / resolution)));
  // Multiples of 0.1 are written with one decimal, although 3 * 0.1 is not 0.3.
  const x = Number((steps * resolution).toFixed(Math.min(countDecimals(resolution), 20)));
  return x >= min - slack * resolution && x <= max + slack * resolution ? x : inside(value);
}

/** One column per modelled attribute of the schema, in the schema's order; NaN where there is a hole. */
export interface Cells {
  readonly rows: number;
  readonly attributes: readonly Attribute[];
  readonly values: readonly Float64Array[];
  /** (rows) What a row counts for, by the column of role weight: positive, of any scale; absent where no table has one. */
  readonly weight?: Float64Array;
  /** (rows) Where rows come from: places in `origins`; absent for one table. */
  readonly source?: Uint16Array;
  /** Sets of sources, places in `sources`: one source each, or those that a person's joined row comes from. */
  readonly origins?: readonly (readonly number[])[];
  readonly sources?: readonly CellSource[];
}

/** One of several tables that cells come from. */
export interface CellSource {
  readonly name: string;
  /** (attributes) 1 where the source has a column for the attribute. */
  readonly measures: Uint8Array;
}

export interface MatchedColumn {
  readonly attribute: Attribute;
  /** Position in the table's columns; -1: absent. */
  readonly at: number;
  /** How the column's numbers become the attribute's, where they have another unit. */
  readonly conversion?: Conversion;
}

/** The position in a table's columns of one attribute (-1: absent): a name goes before its aliases, those before conversions. */
export function matchColumn(attribute: Attribute, columns: readonly string[], tableName = ""): MatchedColumn {
  const { name, aliases = [], conversions = [] } = attribute;
  const source = sourceName(tableName);
  const place = (known: (column: string) => boolean): number => columns.findIndex(known);
  let at = columns.indexOf(name);
  if (at < 0) at = place((column) => aliases.includes(column));
  if (at < 0) at = place((column) => conversions.length > 0 && conversionOf(attribute, column, source) !== undefined);
  const conversion = at < 0 ? undefined : conversionOf(attribute, columns[at], source);
  return conversion ? { attribute, at, conversion } : { attribute, at };
}

/** The schema's modelled attributes with the position of each in a table's columns. */
export const matchColumns = (schema: Schema, columns: readonly string[], tableName = ""): MatchedColumn[] =>
  schema.attributes.filter(({ role }) => role === "attribute").map((attribute) => matchColumn(attribute, columns, tableName));

/** Reads batches of rows into columns of numbers that grow as needed. */
export class CellsBuilder {
  private readonly matched: MatchedColumn[];
  private readonly readers: CellReader[];
  private columns: Float64Array[];
  private count = 0;
  private readonly placeOf: (row: number) => string;

  /**
   * @param before rows of the table that came before the first one added, for the row numbers in messages
   * @param placeOf words for the place of a row, where it is not simply a row of the table
   */
  constructor(schema: Schema, columns: readonly string[], name: string, before = 0, placeOf = (row: number): string => `row ${before + row + 1} of ${name}`) {
    this.placeOf = placeOf;
    this.matched = matchColumns(schema, columns, name);
    this.readers = this.matched.map(({ attribute, conversion }) => cellReader(attribute, conversion));
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
        column[row] = at < 0 ? NaN : reader.read(rows[i][at], () => this.placeOf(row));
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
