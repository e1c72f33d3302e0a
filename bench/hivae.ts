/**
 * HI-VAE (arXiv 1807.03653) and VHGM v1 (arXiv 2306.10656) beside the default model, on the tables and masks of HI-VAE's
 * own repository, by its error measures: the tables "A latent like HI-VAE's" of docs/results.md.
 *
 *   npm run build && tsc -p tsconfig.bench.json && node dist-bench/bench/hivae.js --data DIR --masks DIR
 *     [--part masks,forms] [--tables hivae_Adult,hivae_defaultCredit] [--rates 10,30,50] [--mask 1] [--rows 4000]
 *     [--forms pima,heart_disease_uci] [--seeds 1,2,3]
 *
 * --data   (or VHGM_DATA) one folder per table, NAME/NAME.csv or .csv.gz, with HI-VAE's data_types.csv where masks are used.
 * --masks  NAME/MissingRATE_MASK.csv for each table: Adult/ and defaultCredit/ of github.com/probabilistic-learning/HI-VAE.
 * --part   masks: the published masks; forms: the forms of the latent on small tables, with and without annealing.
 *
 * Tables go to stdout in markdown, progress to stderr.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { classProbabilities, numberMean } from "../src/model/predictive.js";
import { CellsBuilder, type Cells } from "../src/data/cells.js";
import { encodeCells } from "../src/data/encode.js";
import { inspectTable } from "../src/data/inspect.js";
import { openTable } from "../src/data/node/open.js";
import { openSession } from "../src/engine/node/session.js";
import type { SessionFactory } from "../src/engine/index.js";
import { openPredictor } from "../src/inference/predictor.js";
import { scoreCells } from "../src/model/calibration.js";
import { compileModel } from "../src/model/trained.js";
import { schemaSchema, type Schema } from "../src/schema/schema.js";
import { trainingDefaults, type TrainingOptions } from "../src/training/options.js";
import { trainModel, type TrainingResult } from "../src/training/train.js";
import { createRng } from "../src/base/random.js";

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: process.env.VHGM_DATA ?? "../shared/data" },
    masks: { type: "string" },
    part: { type: "string", default: "masks,forms" },
    tables: { type: "string", default: "hivae_Adult,hivae_defaultCredit" },
    rates: { type: "string", default: "10,30,50" },
    mask: { type: "string", default: "1" },
    rows: { type: "string", default: "4000" },
    forms: { type: "string", default: "pima,heart_disease_uci" },
    seeds: { type: "string", default: "1,2,3" },
    threads: { type: "string", default: "1" },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const open: SessionFactory = (model, own) => openSession(model, { threads: Number(flags.threads), ...own });

/** VHGM v1: the network alone, HI-VAE's latent, 80% of the cells hidden at random. */
const alone: Partial<TrainingOptions> = { network: "mlp", paths: ["net"], memory: "none", latent: "hivae", latentWidth: 10, latentComponents: 10 };
const fixed = (rate: number): TrainingOptions["mask"] => [{ strategy: "fixed", weight: 1, parameters: [rate] }];
const constant = (value: number): TrainingOptions["beta"] => ({ schedule: "constant", value, warmup: 0, cycles: 1 });
const linear = (value: number): TrainingOptions["beta"] => ({ schedule: "linear", value, warmup: 0.3, cycles: 1 });

const published: Record<string, Partial<TrainingOptions>> = {
  "HI-VAE: evidence bound, nothing hidden, plug-in": { ...alone, mask: fixed(0), visibleLoss: 1, beta: constant(1), latentPoint: "plug-in" },
  "VHGM v1: 80% hidden, plug-in": { ...alone, mask: fixed(0.8), latentPoint: "plug-in" },
  "VHGM v1: 80% hidden, mixture": { ...alone, mask: fixed(0.8) },
  "network alone, hivae, our masks, mixture": alone,
  "network alone, no latent, our masks": { ...alone, latent: "none" },
  "vhgm default (three paths)": {},
};

const forms: Record<string, Partial<TrainingOptions>> = {
  "none": { ...alone, latent: "none" },
  "flat": { ...alone, latent: "flat" },
  "discrete": { ...alone, latent: "discrete" },
  "hivae, linear annealing to .1": { ...alone, beta: linear(0.1) },
  "hivae, cyclical to .1": { ...alone, beta: { schedule: "cyclical", value: 0.1, warmup: 0.5, cycles: 4 } },
  "hivae, .1 from the first step": { ...alone, beta: constant(0.1) },
  "hivae, linear annealing to 1": { ...alone, beta: linear(1) },
  "hivae, 1 from the first step": { ...alone, beta: constant(1) },
  "hivae, 50 from the first step": { ...alone, beta: constant(50) },
  "three paths, none": { network: "mlp" },
  "three paths, hivae": { network: "mlp", latent: "hivae" },
  "transformer, three paths, none": { network: "transformer" },
  "transformer, three paths, hivae": { network: "transformer", latent: "hivae" },
};

interface Case {
  readonly full: Cells;
  readonly masked: Cells;
  /** (attribute) x (rows): 1 where a cell was hidden. */
  readonly hidden: readonly Uint8Array[];
  /** HI-VAE's type of each attribute, or the dictionary's. */
  readonly types: readonly string[];
}

interface Figures {
  /** Means over attributes of HI-VAE's error measures, of nominal attributes (cat, ordinal) and of numbers. */
  readonly nominal: number;
  readonly numbers: number;
  /** Mean negative log-likelihood per hidden cell at the recorded resolution's grid, over attributes. */
  readonly nll: number;
  readonly result?: TrainingResult;
}

const path = (table: string): string => {
  const base = join(flags.data, table, `${table}.csv`);
  try {
    readFileSync(base).at(0);
    return base;
  } catch {
    return `${base}.gz`;
  }
};

async function readTable(table: string, schema?: Schema): Promise<Cells> {
  const file = await openTable(path(table));
  const known = schema ?? (await inspectTable(file, () => undefined)).schema;
  const builder = new CellsBuilder(known, file.columns, table);
  for await (const batch of file.batches()) builder.add(batch);
  return builder.finish();
}

/** HI-VAE's own types as a dictionary; levels are the values that occur, in numeric order. */
async function hivaeSchema(table: string): Promise<{ schema: Schema; types: string[] }> {
  const lines = readFileSync(join(flags.data, table, "data_types.csv"), "utf8").trim().split(/\r?\n/).slice(1).map((line) => line.split(","));
  const file = await openTable(path(table));
  const seen = lines.map(() => new Set<string>());
  for await (const batch of file.batches()) for (const row of batch) row.forEach((text, j) => text !== "" && text !== null && seen[j].add(text));
  const attributes = lines.map(([name, type], j) => {
    const nominal = type === "cat" || type === "ordinal";
    const levels = [...seen[j]].sort((a, b) => Number(a) - Number(b));
    return nominal ? { name, type: type === "cat" ? "categorical" : "ordinal", levels } : { name, type: "real", resolution: 1 };
  });
  return { schema: schemaSchema.parse({ attributes }), types: lines.map(([, type]) => type) };
}

const head = (cells: Cells, rows: number): Cells => (cells.rows <= rows ? cells : { ...cells, rows, values: cells.values.map((v) => v.slice(0, rows)) });
const hide = (cells: Cells, hidden: readonly Uint8Array[]): Cells => ({ ...cells, values: cells.values.map((v, j) => v.map((x, i) => (hidden[j][i] ? NaN : x))) });

/** One of HI-VAE's masks: lines ROW,COLUMN from 1. */
async function publishedCase(table: string, rate: number): Promise<Case> {
  const { schema, types } = await hivaeSchema(table);
  const full = head(await readTable(table, schema), Number(flags.rows));
  const hidden = full.values.map((v) => new Uint8Array(v.length));
  for (const line of readFileSync(join(flags.masks!, table, `Missing${rate}_${flags.mask}.csv`), "utf8").trim().split(/\r?\n/)) {
    const [row, column] = line.split(",").map(Number);
    if (row <= full.rows && !Number.isNaN(full.values[column - 1][row - 1])) hidden[column - 1][row - 1] = 1;
  }
  return { full, masked: hide(full, hidden), hidden, types };
}

/** A table with 30% of its observed cells hidden at random. */
async function randomCase(table: string, seed: number): Promise<Case> {
  const full = head(await readTable(table), Number(flags.rows));
  const rng = createRng(seed, 0xb14d);
  const hidden = full.values.map((v) => Uint8Array.from(v, (x) => (!Number.isNaN(x) && rng.uniform() < 0.3 ? 1 : 0)));
  return { full, masked: hide(full, hidden), hidden, types: full.attributes.map((a) => a.type) };
}

const average = (a: readonly number[]): number => a.reduce((x, y) => x + y, 0) / Math.max(a.length, 1);

/** HI-VAE's measures: root mean squared error over the range, share of wrong categories, mean displacement over the number of levels. */
function measures({ full, hidden, types }: Case, predicted: (j: number, i: number) => number): { nominal: number; numbers: number } {
  const errors = { nominal: [] as number[], numbers: [] as number[] };
  full.attributes.forEach(({ levels }, j) => {
    const places = Array.from(hidden[j].keys()).filter((i) => hidden[j][i]);
    if (places.length === 0) return;
    const truth = full.values[j];
    if (levels) {
      const wrong = places.map((i) => (types[j] === "ordinal" ? Math.abs(truth[i] - predicted(j, i)) / levels.length : Number(truth[i] !== predicted(j, i))));
      errors.nominal.push(average(wrong));
      return;
    }
    const known = truth.filter((x) => !Number.isNaN(x));
    const range = known.reduce((a, b) => Math.max(a, b)) - known.reduce((a, b) => Math.min(a, b));
    if (range > 0) errors.numbers.push(Math.sqrt(average(places.map((i) => (truth[i] - predicted(j, i)) ** 2))) / range);
  });
  return { nominal: average(errors.nominal), numbers: average(errors.numbers) };
}

function meanOrMode(given: Case): Figures {
  const { masked } = given;
  const fill = masked.values.map((column, j) => {
    const known = Array.from(column).filter((x) => !Number.isNaN(x));
    const { levels } = masked.attributes[j];
    if (!levels) return average(known);
    const counts = levels.map((_, k) => known.filter((x) => x === k).length);
    return counts.indexOf(Math.max(...counts));
  });
  return { ...measures(given, (j) => fill[j]), nll: NaN };
}

async function run(given: Case, options: Partial<TrainingOptions>, seed: number): Promise<Figures> {
  const { full, masked, hidden } = given;
  const result = await trainModel(masked, { ...trainingDefaults, ...options, seed }, open);
  const predictor = await openPredictor(compileModel(result.model), openSession);
  const { model } = predictor;
  const members = await predictor.run(encodeCells(masked, model.layout));
  await predictor.close();
  const place = new Map(model.layout.columns.map((column, at) => [column.source, at]));
  const predicted = (j: number, i: number): number => {
    const at = place.get(j)!;
    const column = model.layout.columns[at];
    if (column.kind === "number") return numberMean(model, members, i, at);
    const p = classProbabilities(model, members, i, at);
    return column.classOf.indexOf(p.indexOf(Math.max(...p)));
  };
  const p = model.layout.columns.length;
  const held = new Uint8Array(full.rows * p);
  model.layout.columns.forEach(({ source }, at) => hidden[source].forEach((bit, i) => (held[i * p + at] = bit)));
  const scores = scoreCells(model, full, [{ paths: members[0], draws: members, held }]).filter((s) => s.cells > 0);
  return { ...measures(given, predicted), nll: average(scores.map((s) => s.nll)), result };
}

const cell = (x: number, digits = 4): string => (Number.isFinite(x) ? x.toFixed(digits) : "–");

async function masksPart(): Promise<void> {
  for (const table of flags.tables.split(",")) {
    const rates = flags.rates.split(",").map(Number);
    const lines = new Map<string, string[]>();
    const add = (name: string, { nominal, numbers, nll }: Figures): void => void lines.set(name, [...(lines.get(name) ?? []), `${cell(nominal)} \\| ${cell(numbers)} \\| ${cell(nll, 3)}`]);
    for (const rate of rates) {
      const given = await publishedCase(table, rate);
      add("mean or mode", meanOrMode(given));
      for (const [name, options] of Object.entries(published)) {
        const start = Date.now();
        const figures = await run(given, options, 1);
        add(name, figures);
        say(`${table} ${rate}% ${name}: ${cell(figures.nominal)} ${cell(figures.numbers)} ${cell(figures.nll, 3)}, ${((Date.now() - start) / 1000).toFixed(0)} s${figures.result!.latent ? `, ${figures.result!.latent.activeUnits} units, ${figures.result!.latent.kl.toFixed(2)} nats` : ""}`);
      }
    }
    console.log(`\n${table}, first ${flags.rows} rows, mask ${flags.mask}: nominal error | numeric error | NLL per hidden cell\n`);
    console.log(`| | ${rates.map((r) => `${r}%`).join(" | ")} |\n|---|${rates.map(() => "---|").join("")}`);
    for (const [name, cells] of lines) console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}

async function formsPart(): Promise<void> {
  const seeds = flags.seeds.split(",").map(Number);
  for (const table of flags.forms.split(",")) {
    const cases = await Promise.all(seeds.map((seed) => randomCase(table, seed)));
    console.log(`\n${table}, 30% hidden, seeds ${seeds.join(", ")}\n`);
    console.log("| | nominal error | numeric error | NLL per hidden cell | divergence a person | active units | s tells | gain | collapsed |\n|---|---|---|---|---|---|---|---|---|");
    for (const [name, options] of Object.entries(forms)) {
      const all: Figures[] = [];
      for (const [k, seed] of seeds.entries()) all.push(await run(cases[k], options, seed));
      const mean = (f: (x: Figures) => number): number => average(all.map(f));
      const latent = all[0].result!.latent;
      const collapsed = all.filter(({ result }) => result!.warnings.some((w) => w.startsWith("The latent has collapsed"))).length;
      const activity = latent
        ? [mean((x) => x.result!.latent!.kl).toFixed(2), `${mean((x) => x.result!.latent!.activeUnits).toFixed(1)} of ${latent.units}`, mean((x) => x.result!.latent!.mutualInformation).toFixed(2), mean((x) => x.result!.latent!.gain ?? NaN).toFixed(3), `${collapsed} of ${seeds.length}`]
        : ["", "", "", "", ""];
      console.log(`| ${name} | ${cell(mean((x) => x.nominal))} | ${cell(mean((x) => x.numbers))} | ${cell(mean((x) => x.nll), 3)} | ${activity.join(" | ")} |`);
      say(`${table} ${name} done`);
    }
  }
}

if (flags.part.includes("masks")) {
  if (flags.masks) await masksPart();
  else say("The published masks are left out: give --masks.");
}
if (flags.part.includes("forms")) await formsPart();
