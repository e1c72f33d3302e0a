/** A cell named in a message: `row` counts data rows from 1, the header not included. */
export interface CellNote {
  readonly row: number;
  readonly text: string;
}

/** How often a text stands in a column, and what it spells. */
export interface ValueCount {
  readonly text: string;
  readonly count: number;
  /** The finite number, the number with a decimal comma ("171,8") or the date (days since 1970-01-01) that the text spells. */
  readonly value: number | null;
  readonly kind: "number" | "comma" | "date" | "text";
}

/** What was seen of numbers or of dates in a column. */
export interface ScaleProfile {
  /** Cells. */
  readonly cells: number;
  readonly min: number;
  readonly max: number;
  /** Most decimals that a value uses. */
  readonly decimals: number;
  /** Largest number of which every value is a whole multiple, in units of 10^-decimals; 1 above 5 decimals. */
  readonly step: number;
}

/** Everything that inference needs to know of one column; plain data, of bounded size whatever the number of rows. */
export interface ColumnProfile {
  readonly name: string;
  readonly rows: number;
  /** Cells that are empty, NA or ".". */
  readonly missing: number;
  /** Cells that hold a missing word (NaN, null, None, ...) by spelling; whether they are holes depends on the column. */
  readonly words: ReadonlyMap<string, number>;
  /** Cells that are neither. */
  readonly observed: number;
  /** Different texts among the observed cells: exact up to the profiler's cap, estimated above. */
  readonly distinct: number;
  /**
   * The different texts with their counts: all of them if `exact`, else a uniform sample of the different texts, each with
   * its exact count (Gibbons, "Distinct sampling", VLDB 2001). Each stands for `scale` different texts.
   */
  readonly values: readonly ValueCount[];
  readonly exact: boolean;
  readonly scale: number;
  /** No text occurs twice (beyond the cap: none of the sampled texts does). */
  readonly unique: boolean;
  readonly numbers: ScaleProfile;
  /** Numbers with a decimal comma. */
  readonly commas: ScaleProfile;
  /** Whether commas can be nothing but decimal: no number has a point, and one with a comma is no "12,345". */
  readonly decimalCommas: boolean;
  readonly dates: ScaleProfile;
  /** The commonest spelling of its dates (of those with a time of day, where there are any), and their step within a day in seconds. */
  readonly dateFormat?: string;
  readonly dateStep: number;
  readonly meanLength: number;
  readonly firstNonNumeric?: CellNote;
  readonly firstNonDate?: CellNote;
  /** The first different texts that are no numbers, with a comma neither, 20 at most. */
  readonly oddTexts: readonly string[];
  /** Numbers that are customary missing codes, as spelled in the table, and the range of all other numbers. */
  readonly codes: { readonly texts: readonly string[]; readonly restMin: number; readonly restMax: number };
  /** First number beyond 1e30 or infinity; such numbers take no part in `min` and `max`. */
  readonly firstExtreme?: CellNote;
  /** The column's cells in a sample of rows, the same rows for every column. */
  readonly sample: readonly string[];
}
