import { VhgmError } from "../../base/errors.js";

export interface CsvFormat {
  readonly kind: "csv";
  readonly gzip: boolean;
  readonly delimiter?: string;
}

/** The kinds of files that hold tables. `delimiter` is absent where the name leaves it open. */
export type Format =
  | CsvFormat
  | { readonly kind: "jsonl"; readonly gzip: boolean }
  | { readonly kind: "parquet" }
  | { readonly kind: "xpt" };

const READABLE: ReadonlyArray<readonly [extension: string, format: Format]> = [
  [".csv", { kind: "csv", gzip: false }],
  [".tsv", { kind: "csv", gzip: false, delimiter: "\t" }],
  [".txt", { kind: "csv", gzip: false }],
  [".csv.gz", { kind: "csv", gzip: true }],
  [".tsv.gz", { kind: "csv", gzip: true, delimiter: "\t" }],
  [".txt.gz", { kind: "csv", gzip: true }],
  [".parquet", { kind: "parquet" }],
  [".jsonl", { kind: "jsonl", gzip: false }],
  [".ndjson", { kind: "jsonl", gzip: false }],
  [".jsonl.gz", { kind: "jsonl", gzip: true }],
  [".ndjson.gz", { kind: "jsonl", gzip: true }],
  [".xpt", { kind: "xpt" }],
];

/** SAS XPORT and free text files are only read. */
const WRITABLE: typeof READABLE = READABLE.filter(([extension]) => !/^\.(xpt|txt)/.test(extension));

/** Tables of other programs, and how they give one that can be read. */
const FOREIGN: ReadonlyArray<readonly [extensions: RegExp, advice: string]> = [
  [/\.(xlsx?|xlsm|xlsb|ods|numbers)$/, "save the sheet as CSV UTF-8"],
  [/\.(sav|zsav|por|dta|sas7bdat|rds|rdata|feather|arrow)$/, "export it there as CSV or Parquet"],
];

/** @throws VhgmError "usage" for an extension that no reader knows. */
export const inputFormat = (path: string): Format => find(path, READABLE, "read");

/** @throws VhgmError "usage" for an extension that no writer knows. */
export const outputFormat = (path: string): Format => find(path, WRITABLE, "written");

/** @throws VhgmError "usage" for a model's file that is named like a table: most often the completed table was meant. */
export function refuseTableName(path: string): void {
  const extension = READABLE.map(([known]) => known).find((known) => path.toLowerCase().endsWith(known));
  if (extension === undefined) return;
  const model = `${path.slice(0, -extension.length)}.vhgm`;
  throw new VhgmError("usage", `"${path}" was named for the model, which is no table; name it "${model}", or fill a table's holes with vhgm complete TABLE -o ${path}.`);
}

function find(path: string, formats: typeof READABLE, done: string): Format {
  const name = path.toLowerCase();
  const hit = formats.find(([extension]) => name.endsWith(extension));
  if (hit) return hit[1];
  const allowed = formats.map(([extension]) => extension).join(", ");
  const foreign = done === "read" && FOREIGN.find(([extensions]) => extensions.test(name));
  const advice = foreign ? `${foreign[1]}; tables that can be read are ${allowed}` : `allowed are ${allowed}`;
  throw new VhgmError("usage", `"${path}" has no extension of a table that can be ${done}; ${advice}.`);
}
