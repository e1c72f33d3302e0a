/**
 * What each part of the recipe is worth: the ablation tables of docs/results.md. Needs Node alone.
 *
 *   npm run ablation -- --data DIR [--groups paths,trees,heads,stacking,memory,network,members,masks,width] [--tables pima,pbc,...]
 *     [--mechanisms mcar] [--seeds 1] [--rate 0.3] [--rows 1000] [--cache DIR] [--no-run]
 *
 * --data  (or VHGM_DATA) one folder per table, NAME/NAME.csv or .csv.gz.
 * --rows  larger tables are cut to a random sample of so many rows.
 * --cache keeps finished cells: a run that was cut off goes on where it stood; a changed option or table is made anew.
 *         A changed program is not noticed: use another folder for it.
 *
 * Every variant completes the same masked tables in the way of `vhgm complete`. Differences are variant minus the group's
 * first, averaged over cases (table, mechanism, seed), with the standard error over tables.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inspectTable } from "../src/data/inspect.js";
import { openTable } from "../src/data/node/open.js";
import { openSession } from "../src/engine/node/session.js";
import { mechanisms, type Mechanism } from "../src/evaluation/ampute.js";
import { average } from "../src/evaluation/columns.js";
import type { FigureName } from "../src/evaluation/figures.js";
import { runGrid, type MaskResult, type Method } from "../src/evaluation/grid.js";
import { createGridStore } from "../src/evaluation/node/store.js";
import { completeByModel } from "../src/evaluation/ownMethod.js";
import { prepareSubject, supportOfVisible, type Subject } from "../src/evaluation/subject.js";
import { openPredictor } from "../src/inference/predictor.js";
import { compileModel } from "../src/model/trained.js";
import { trainingDefaults, type TrainingOptions } from "../src/training/options.js";
import { trainModel } from "../src/training/train.js";
import { groups, type Variant } from "./variants.js";

const root = join(import.meta.dirname, "..", "..");
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const list = (text: string): string[] => text.split(",").map((t) => t.trim()).filter((t) => t !== "");

/** Tables of several fields, sizes and kinds; the first three are those on which defaults were chosen. */
const defaultTables = "pima,pbc,heart_disease_uci,nhefs,nhanes_2009_2012,boys,brandsma,breast_cancer_wisconsin,colic,stroke,thyroid,nmes1988";
const shown = ["nrmse", "accuracy", "crps", "nll"] as const satisfies readonly FigureName[];

interface CaseResult extends MaskResult {
  readonly table: string;
}

function methodOf({ name, options }: Variant): Method {
  const all: TrainingOptions = { ...trainingDefaults, memory: "rows", ...options };
  return {
    name: name.replace(/[^\w.-]+/g, "-"),
    kind: "vhgm",
    about: name,
    identity: JSON.stringify(all),
    work: 1,
    async complete({ cells }, seed) {
      const visible = supportOfVisible(cells);
      const { model } = await trainModel(visible, { ...all, seed }, openSession);
      const predictor = await openPredictor(compileModel(model), openSession);
      try {
        return await completeByModel(predictor, visible);
      } finally {
        await predictor.close();
      }
    },
  };
}

async function readSubject(data: string, name: string, rows: number): Promise<Subject> {
  const path = ["csv", "csv.gz"].map((end) => join(data, name, `${name}.${end}`)).find(existsSync);
  if (path === undefined) throw new Error(`${join(data, name)} holds no ${name}.csv and no ${name}.csv.gz.`);
  const table = await openTable(path);
  try {
    const { schema } = await inspectTable(table);
    const all: (readonly string[])[] = [];
    for await (const batch of table.batches()) all.push(...batch);
    return prepareSubject(name, table.columns, all, schema, { rows, seed: 1 });
  } finally {
    await table.close();
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string", default: process.env.VHGM_DATA },
      groups: { type: "string", default: "paths,heads,stacking,memory,network" },
      tables: { type: "string", default: defaultTables },
      mechanisms: { type: "string", default: "mcar" },
      seeds: { type: "string", default: "1" },
      rate: { type: "string", default: "0.3" },
      rows: { type: "string", default: "1000" },
      cache: { type: "string", default: join(root, ".cache", "ablation") },
      "no-run": { type: "boolean", default: false },
    },
  });
  if (flags.data === undefined) throw new Error("--data (or VHGM_DATA) must name the folder that holds the tables.");
  const wanted = list(flags.groups);
  const unknown = wanted.find((name) => !Object.hasOwn(groups, name));
  if (unknown !== undefined) throw new Error(`--groups ${unknown} is not known; ${Object.keys(groups).join(", ")} are.`);
  const badMechanism = list(flags.mechanisms).find((text) => !mechanisms.some((m) => m === text));
  if (badMechanism !== undefined) throw new Error(`--mechanisms ${badMechanism} is not known; ${mechanisms.join(", ")} are.`);
  const settings = { mechanisms: list(flags.mechanisms) as Mechanism[], seeds: list(flags.seeds).map(Number), rate: Number(flags.rate) };
  const variants = wanted.flatMap((name) => groups[name]);
  const methods = new Map(variants.map((variant) => [variant, methodOf(variant)]));
  // Variants that mean the same options are run once.
  const unique = [...new Map([...methods.values()].map((m) => [m.identity, m])).values()];
  const results: CaseResult[] = [];
  for (const name of list(flags.tables)) {
    const subject = await readSubject(flags.data, name, Number(flags.rows));
    const store = createGridStore(join(flags.cache, name), subject);
    if (flags["no-run"]) {
      for (const method of unique) for (const mechanism of settings.mechanisms) for (const seed of settings.seeds) {
        const kept = await store.load({ method, mechanism, seed, rate: settings.rate });
        if (kept) results.push({ ...kept, table: name });
      }
      continue;
    }
    const made = await runGrid(subject, unique, settings, store, {
      onResult: (r, kept) => kept || say(`${name} ${r.mechanism} seed ${r.seed} ${r.method}: ${r.failure ?? `NRMSE ${fixed(r.overall.nrmse)}, accuracy ${fixed(r.overall.accuracy)}`}, ${r.seconds.toFixed(1)} s`),
    });
    results.push(...made.map((r) => ({ ...r, table: name })));
  }
  const nameOf = (variant: Variant): string => unique.find((m) => m.identity === methods.get(variant)!.identity)!.name;
  process.stdout.write(`${100 * settings.rate}% of the observed cells hidden, ${settings.mechanisms.join(", ")}, seeds ${settings.seeds.join(", ")}, at most ${flags.rows} rows; ${list(flags.tables).join(", ")}.\n\n`);
  for (const name of wanted) process.stdout.write(`${groupTable(groups[name], results, nameOf)}\n\n`);
}

const caseKey = (r: CaseResult): string => `${r.table} ${r.mechanism} ${r.seed}`;

/** One row per variant: means of the first, differences of the others with their standard error over tables and how many cases were better. */
function groupTable(variants: readonly Variant[], results: readonly CaseResult[], nameOf: (v: Variant) => string): string {
  const [first, ...others] = variants;
  const base = results.filter((r) => r.method === nameOf(first));
  const head = ["", ...shown.map((f) => (f === "nrmse" ? "NRMSE" : f === "crps" || f === "nll" ? f.toUpperCase() : f)), "seconds"];
  const rows = [[`**${first.name}**`, ...shown.map((f) => fixed(average(base.flatMap((r) => r.overall[f] ?? [])))), fixed(average(base.map((r) => r.seconds)), 1)]];
  for (const variant of others) {
    const own = results.filter((r) => r.method === nameOf(variant));
    const cells = shown.map((figure) => {
      const pairs = base.flatMap((b) => {
        const a = own.find((r) => caseKey(r) === caseKey(b));
        return a?.overall[figure] === undefined || b.overall[figure] === undefined ? [] : [{ table: b.table, d: a.overall[figure] - b.overall[figure] }];
      });
      if (pairs.length === 0) return "–";
      const perTable = [...new Set(pairs.map((p) => p.table))].map((t) => average(pairs.filter((p) => p.table === t).map((p) => p.d)));
      const mean = average(perTable);
      const error = Math.sqrt(perTable.reduce((s, d) => s + (d - mean) ** 2, 0) / Math.max(1, perTable.length - 1) / perTable.length);
      const lower = figure !== "accuracy";
      const better = pairs.filter(({ d }) => (lower ? d < 0 : d > 0)).length;
      return `${mean < 0 ? "−" : "+"}${Math.abs(mean).toFixed(4)} ± ${error.toFixed(4)} (better in ${better} of ${pairs.length})`;
    });
    rows.push([variant.name, ...cells, fixed(average(own.map((r) => r.seconds)), 1)]);
  }
  const line = (texts: readonly string[]): string => `| ${texts.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

const fixed = (x: number | undefined, digits = 4): string => (x !== undefined && Number.isFinite(x) ? x.toFixed(digits) : "–");

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
