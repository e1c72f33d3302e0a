import type { Command } from "commander";
import { VhgmError } from "../base/errors.js";
import { beyondNotes } from "../data/beyond.js";
import { inspectTable } from "../data/inspect.js";
import { inspectSources } from "../data/inspectSources.js";
import { createTableWriter } from "../data/node/write.js";
import type { FileTable } from "../data/node/open.js";
import { isJoined } from "../data/sources.js";
import type { TableWriter } from "../data/table.js";
import { checkAddedColumns, createImputer, type ImputeOptions } from "../inference/impute.js";
import { imputeTable } from "../inference/imputeTable.js";
import type { Predictor } from "../inference/predictor.js";
import type { ImputeReport } from "../inference/tally.js";
import type { Schema } from "../schema/schema.js";
import { otherVisits } from "../schema/visits.js";
import { level, whole } from "./flags.js";
import { stopped } from "./interrupt.js";
import { rowProgress, type Progress } from "./progress.js";
import { counted, listed } from "./text.js";

/** Options that every command that completes a table takes. */
export interface ImputeFlags {
  readonly output: string;
  readonly m?: number;
  readonly intervals?: number;
  readonly why?: boolean;
  readonly support?: boolean;
  readonly strict?: boolean;
  readonly key?: string;
  readonly rounds?: number;
  readonly batch: number;
}

export const imputeFlags = (command: Command): Command =>
  command
    .requiredOption("-o, --output <file>", "the completed table: .csv, .tsv, .jsonl, .ndjson (each also .gz) or .parquet")
    .option("-m, --m <number>", "multiple imputation: this many completed tables, OUT-1, OUT-2, …, each drawn jointly", whole(1, 10_000))
    .option("--intervals <level>", "add columns with the central interval of this level to each filled column, for instance 0.9", level)
    .option("--why", "add columns that say on about how many similar people each filled cell rests")
    .option("--support", "add columns that say which share of the row's values each filled attribute was seen together with in training: 1 all, 0 none")
    .option("--strict", "leave cells empty whose answer would assume that attributes never seen together are independent")
    .option("--key <column>", "column that names a person, so that draws do not depend on the order of rows")
    .option("--rounds <number>", "most passes per draw; more keeps relations between holes better (default: 24)", whole(1, 100_000))
    .option("--batch <number>", "rows completed at a time; the result does not depend on it", whole(1, 1_000_000), 256);

/** OUT itself, or OUT-01 … OUT-20 for twenty tables, the number before the extension. */
export function outputNames(output: string, m: number | undefined): string[] {
  if (m === undefined) return [output];
  const extension = /(\.(csv|tsv|jsonl|ndjson)(\.gz)?|\.parquet)$/i.exec(output)?.[0] ?? "";
  const stem = output.slice(0, output.length - extension.length);
  const digits = String(m).length;
  return Array.from({ length: m }, (_, k) => `${stem}-${String(k + 1).padStart(digits, "0")}${extension}`);
}

/** @throws VhgmError "usage" if the table lacks the key column; checked before long work */
export function requireKey({ name, columns }: FileTable, key: string | undefined): void {
  if (key !== undefined && !columns.includes(key)) throw new VhgmError("usage", `The key column '${key}' is not in ${name}; its columns are ${listed(columns, 8)}.`);
}

/**
 * Before a training: the dictionary, or where none is given what the table is guessed to hold, tells which columns the flags will add.
 * @throws VhgmError "usage" if the table has one of them already
 */
export async function requireFreeNames(table: FileTable, schema: Schema | undefined, { intervals, why, support }: ImputeFlags): Promise<void> {
  const { columns, name } = table;
  // A table is read once more only where a name can be taken.
  const longer = columns.some((column) => columns.some((other) => column.startsWith(`${other}_`)));
  if (!longer || (intervals === undefined && !why && !support)) return;
  const known = schema ?? (await (isJoined(table) ? inspectSources(table.sources) : inspectTable(table))).schema;
  checkAddedColumns(known, columns, name, { intervals, why, support });
}

/** Completes a table into its files, which appear together. */
export async function completeInto(
  files: readonly string[],
  { predictor, schema, table, rows, flags, seed }: { predictor: Predictor; schema: Schema; table: FileTable; rows: number; flags: Omit<ImputeFlags, "output">; seed: number },
  progress: Progress,
): Promise<ImputeReport> {
  const { m, intervals, why, support, strict, key, rounds, batch } = flags;
  const options: ImputeOptions = { draws: m ?? 0, intervals, why, support, strict, key, rounds, seed };
  const imputer = createImputer(predictor, schema, table.columns, table.name, options);
  const { nativeTypes, dialect } = table;
  const others = otherVisits(schema);
  const kept = imputer.columns.flatMap((name, j) => (others.has(name) ? [] : [j]));
  const columns = kept.map((j) => imputer.columns[j]);
  const types = nativeTypes && kept.map((j) => nativeTypes[j] ?? "DOUBLE");
  const writers: TableWriter[] = [];
  try {
    for (const file of files) writers.push(keepColumns(await createTableWriter(file, columns, { nativeTypes: types, dialect }), kept));
  } catch (cause) {
    for (const writer of writers) await writer.abort();
    throw cause;
  }
  progress.phase(`completing ${table.name}`);
  const report = await imputeTable({ imputer, table, writers, batch }, { onRows: rowProgress(progress, rows), stopped });
  return isJoined(table) ? withoutColumn(report, table.sourceColumn) : report;
}

/** The report without a column that no table of the person's has. */
const withoutColumn = (report: ImputeReport, column: string): ImputeReport => ({
  ...report,
  extra: report.extra.filter((name) => name !== column),
  untouched: report.untouched.filter(({ name }) => name !== column),
});

/** A writer that is handed wider rows. */
const keepColumns = (writer: TableWriter, kept: readonly number[]): TableWriter => ({ ...writer, write: (rows) => writer.write(rows.map((row) => kept.map((j) => row[j]))) });

/** Reads a table to its end before the long work: counts its rows, and meets what can't be read. */
export async function countRows(table: FileTable, progress: Progress): Promise<number> {
  progress.phase(`reading ${table.name}`);
  const onRows = rowProgress(progress);
  let rows = 0;
  for await (const batch of table.batches()) onRows((rows += batch.length));
  return rows;
}

const stay = (cells: number): string => (cells === 1 ? "stays" : "stay");

/** "comment (12 holes left), person_id": those with most holes first. */
const withHoles = (columns: ImputeReport["untouched"]): string =>
  listed([...columns].sort((a, b) => b.holes - a.holes).map(({ name, holes }) => (holes > 0 ? `${name} (${counted(holes, "hole")} left)` : name)));

/** What was filled and what was met, in sentences. */
export function reportSentences({ rows, filled, blankRows, left, doNotApply, undecided, withheld, contradictions, unknownLevels, beyond, absent, extra, untouched, repeatedKey }: ImputeReport, name: string, files: readonly string[]): string[] {
  const copied = untouched.filter((column) => !extra.includes(column.name));
  const where = files.length === 1 ? files[0] : `each of ${files[0]} … ${files.at(-1)}`;
  return [
    `${where}: ${counted(filled, "cell")} filled in ${counted(rows, "row")}.`,
    ...(blankRows > 0 ? [`${counted(blankRows, "row")} of ${name} ${blankRows === 1 ? "has" : "have"} no value of any attribute, so that what was filled in is anybody's; take blank rows out of the table.`] : []),
    ...(left > 0 ? [`${counted(left, "cell")} ${stay(left)} empty: nothing is known of their columns.`] : []),
    ...(doNotApply > 0 ? [`${counted(doNotApply, "cell")} ${stay(doNotApply)} empty, because they do not apply to the person.`] : []),
    ...(undecided > 0 ? [`${counted(undecided, "cell")} ${stay(undecided)} empty, because nothing is known of what decides whether they apply.`] : []),
    ...(withheld > 0 ? [`${counted(withheld, "cell")} ${stay(withheld)} empty (--strict): they would rest on attributes that were not seen together in training.`] : []),
    ...contradictions.map((c) => `${counted(c.count, "cell")} of ${c.name} ${c.count === 1 ? "holds" : "hold"} a value although it applies only where ${c.condition}; kept as ${c.count === 1 ? "it stands" : "they stand"}, and not used.`),
    ...unknownLevels.map(
      (u) => `${counted(u.count, "cell")} of ${u.name} held a level that the model does not know, for instance '${u.text}'; kept as it stands, and not used.`,
    ),
    ...beyondNotes(beyond),
    ...(absent.length > 0 ? [`${name} lacks ${counted(absent.length, "attribute")} of the model, taken as not measured: ${listed(absent)}.`] : []),
    ...(extra.length > 0 ? [`The model does not know ${counted(extra.length, "column")} of ${name}, copied as ${extra.length === 1 ? "it stands" : "they stand"}: ${withHoles(untouched.filter((column) => extra.includes(column.name)))}.`] : []),
    ...(repeatedKey === undefined ? [] : [`Several rows of ${name} have the key '${repeatedKey}': rows of one key are drawn with the same random numbers, so that their draws move together; without --key each row has its own.`]),
    ...(copied.length > 0 ? [`${counted(copied.length, "column")} of ${name} ${copied.length === 1 ? "is" : "are"} not filled but copied: ${withHoles(copied)}.`] : []),
  ];
}
