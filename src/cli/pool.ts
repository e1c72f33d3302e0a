import { access, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import { VhgmError } from "../base/errors.js";
import { readBundle } from "../bundle/node/files.js";
import type { FileTable } from "../data/node/open.js";
import { poolTables, type PoolResult } from "../evaluation/pool/pool.js";
import { parseDictionary } from "../schema/dictionary.js";
import type { Schema } from "../schema/schema.js";
import { examples, jsonFlag, level, oneOf, quietFlag } from "./flags.js";
import { openSource } from "./openSource.js";
import { createProgress } from "./progress.js";
import { print, printJson } from "./terminal.js";
import { count, counted, layTable, short } from "./text.js";

interface Flags {
  readonly family: "linear" | "binomial";
  readonly level: number;
  readonly schema?: string;
  readonly model?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addPool(program: Command): void {
  const command = program
    .command("pool")
    .summary("one regression over several completed tables, pooled by Rubin's rules")
    .description(
      "Fit a regression to each completed table of vhgm complete -m (or impute -m) and pool the estimates by Rubin's rules, with the degrees of\n" +
        "freedom of Barnard and Rubin, as pool() of R's mice does.",
    )
    .argument("<formula>", "such as 'bmi ~ age + sex': names, a:b, a*b, log(x), sqrt(x), exp(x), I(x^2), factor(x), - 1")
    .argument("<tables...>", "files, a pattern such as 'draws-*.csv', or OUT of vhgm complete -m, whose tables are OUT-1, OUT-2, …")
    .option("--family <name>", "linear, or binomial for a logistic regression", oneOf(["linear", "binomial"] as const), "linear")
    .option("--level <number>", "level of the intervals", level, 0.95)
    .option("--schema <file>", "data dictionary: which columns are numbers, and levels whose first is the reference")
    .option("--model <model>", "take the dictionary of this model");
  jsonFlag(quietFlag(command));
  examples(
    command,
    "vhgm pool 'systolic ~ age + sex + bmi' draws.csv",
    "vhgm pool 'medication ~ age * sex' 'draws-*.csv' --family binomial",
    "vhgm pool 'log(glucose) ~ age + smoking' draws.csv --model cohort.vhgm --json",
  ).action(pool);
}

async function pool(formula: string, given: readonly string[], { family, level, schema: dictionary, model, quiet, json }: Flags): Promise<void> {
  const schema = await dictionaryOf(dictionary, model);
  const files = [...new Set((await Promise.all(given.map(filesOf))).flat())];
  const progress = createProgress({ quiet });
  const tables: FileTable[] = [];
  try {
    progress.phase(`reading ${counted(files.length, "table")}`);
    for (const file of files) tables.push(await openSource(file, { progress }));
    const onTable = (done: number): void => progress.update(done, files.length, `${done} of ${files.length} tables`);
    const result = await poolTables(tables, formula, { family, level, schema, onTable });
    progress.stop();
    if (json) printJson({ files, ...result });
    else print(describe(result));
  } finally {
    progress.stop();
    for (const table of tables) await table.close();
  }
}

async function dictionaryOf(dictionary: string | undefined, model: string | undefined): Promise<Schema | undefined> {
  if (dictionary !== undefined && model !== undefined) throw new VhgmError("usage", "--schema and --model both name a dictionary; give one of them.");
  if (model !== undefined) return (await readBundle(model)).schema;
  if (dictionary === undefined) return undefined;
  const text = await readFile(dictionary, "utf8").catch((cause: unknown) => {
    throw new VhgmError("usage", `The dictionary "${dictionary}" can't be read.`, { cause });
  });
  return parseDictionary(text, basename(dictionary));
}

/** The files that an argument names: itself, those that fit a pattern with * and ?, or OUT-1 … OUT-m for OUT. */
async function filesOf(path: string): Promise<string[]> {
  if (await access(path).then(() => true, () => false)) return [path];
  const name = basename(path);
  const folder = dirname(path);
  const pattern = /[*?]/.test(name) ? escaped(name).replaceAll("\\*", ".*").replaceAll("\\?", ".") : numbered(name);
  const fits = new RegExp(`^${pattern}$`, "s");
  const found = (await readdir(folder).catch(() => [])).filter((file) => fits.test(file));
  if (found.length === 0) throw new VhgmError("usage", `There is no file "${path}", and none that is called like it with a number (${join(folder, name.replace(/(?=\.|$)/, "-1"))}).`);
  const natural = new Intl.Collator("en", { numeric: true });
  return found.sort((a, b) => natural.compare(a, b)).map((file) => join(folder, file));
}

function numbered(name: string): string {
  const extension = /(\.(csv|tsv|jsonl|ndjson)(\.gz)?|\.parquet)$/i.exec(name)?.[0] ?? "";
  return `${escaped(name.slice(0, name.length - extension.length))}-\\d+${escaped(extension)}`;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function describe({ formula, family, tables, rows, leftOut, level, terms, references, success }: PoolResult): string {
  const percent = `${Number((100 * level).toPrecision(4))}%`;
  const right = "right" as const;
  const table = layTable(
    [{ title: "term", most: 40 }, ...["estimate", "std.error", "t", "df", "p", `${percent} from`, "to", "lambda", "fmi", "riv"].map((title) => ({ title, align: right }))],
    terms.map((t) => [t.term, short(t.estimate), short(t.stdError), t.statistic.toFixed(2), t.df.toFixed(1), t.p < 0.0001 ? "<.0001" : t.p.toFixed(4), short(t.low), short(t.high), t.lambda.toFixed(3), t.fmi.toFixed(3), t.riv.toFixed(3)]),
  );
  const bases = Object.entries(references).map(([name, reference]) => `${name} ${reference}`);
  return [
    `${formula}: ${family === "linear" ? "linear" : "logistic"} regression over ${counted(tables, "completed table")} of ${counted(rows, "row")}`,
    "",
    table,
    "",
    ...(success === undefined ? [] : [`Estimates are log odds of ${success}.`]),
    ...(bases.length > 0 ? [`Reference levels: ${bases.join(", ")}.`] : []),
    ...(leftOut > 0 ? [`${count(leftOut)} rows with an empty cell of the formula were left out.`] : []),
    "fmi: fraction of the information that the holes took; lambda: share of the variance that comes from them.",
  ].join("\n");
}
