/**
 * Do pooled intervals hold the truth? People of the simulated check-up, cells hidden at random given age and deprivation (MAR), completed
 * several times, regressions pooled by Rubin's rules; beside complete rows alone, the built-in mice, and the table before cells were hidden.
 *
 *     npm run bench:pooled -- --log pooled.jsonl [--repeats 200] [--people 400] [--m 20]
 *       [--methods vhgm,mice,complete-rows,before] [--config FILE.json]
 *
 * One line per repeat and method goes to --log; a run that was cut off goes on where it stood. The truth are the coefficients that the
 * same regressions have in 200,000 people.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRng } from "../src/base/random.js";
import { planCohort } from "../src/cohort/simulate.js";
import { CellsBuilder, formatValue } from "../src/data/cells.js";
import { memoryTable, type Table, type TextRow } from "../src/data/table.js";
import { openSession } from "../src/engine/node/session.js";
import { imputeByMice } from "../src/evaluation/baselines/mice.js";
import type { Family } from "../src/evaluation/pool/design.js";
import { poolTables } from "../src/evaluation/pool/pool.js";
import { createImputer } from "../src/inference/impute.js";
import { openPredictor } from "../src/inference/predictor.js";
import type { Schema } from "../src/schema/schema.js";
import { trainTable } from "../src/training/node/trainTable.js";
import { trainingDefaults, type TrainingOptions } from "../src/training/options.js";

const columns = ["age", "sex", "deprivation", "bmi", "systolic", "ldl_cholesterol", "hdl_cholesterol", "glucose", "smoking", "lipid_drug"];
const complete = new Set(["age", "sex", "deprivation"]);
const questions: readonly { formula: string; family: Family }[] = [
  { formula: "systolic ~ age + sex + bmi + smoking + hdl_cholesterol", family: "linear" },
  { formula: "glucose ~ age + sex + bmi + systolic", family: "linear" },
  { formula: "lipid_drug ~ age + sex + ldl_cholesterol", family: "binomial" },
];

const { values: flags } = parseArgs({
  options: {
    log: { type: "string" },
    repeats: { type: "string", default: "200" },
    people: { type: "string", default: "400" },
    m: { type: "string", default: "20" },
    methods: { type: "string", default: "vhgm,mice,complete-rows,before" },
    config: { type: "string" },
  },
});
if (flags.log === undefined) throw new Error("No --log was given; it names the file that keeps what was found.");
const log = flags.log;
const names = flags.methods.split(",");
const [repeats, people, m] = [flags.repeats, flags.people, flags.m].map(Number);
const settings = flags.config === undefined ? {} : (JSON.parse(readFileSync(flags.config, "utf8")) as Partial<TrainingOptions>);

interface Entry {
  readonly repeat: number;
  readonly method: string;
  readonly seconds: number;
  /** By question, by term. */
  readonly terms: readonly (readonly { readonly term: string; readonly estimate: number; readonly low: number; readonly high: number; readonly fmi: number }[])[];
}

/** People of the check-up before the simulator's own holes, and the dictionary of these columns. */
function population(seed: number, rows: number): { schema: Schema; rows: string[][] } {
  const plan = planCohort({ seed, rows: { checkup: rows, laboratory: 0, lifestyle: 0 } });
  const source = plan.sources.find(({ name }) => name === "checkup")!;
  const at = columns.map((name) => source.columns.indexOf(name));
  // The rule that body mass follows from weight and height is not for a table without them.
  const attributes = columns.map((name) => ({ ...plan.schema.attributes.find((a) => a.name === name)!, equals: undefined, applies_when: undefined }));
  return { schema: { ...plan.schema, attributes }, rows: Array.from({ length: rows }, (_, i) => source.row(i).complete).map((row) => at.map((j) => row[j])) };
}

/** A quarter of each column, more among the old and the deprived (in half of the columns among the young). */
function hide(rows: readonly string[][], seed: number): string[][] {
  const rng = createRng(seed, 0x41de);
  return rows.map((row) => {
    const age = (Number(row[0]) - 50) / 15;
    const deprivation = (Number(row[2]) - 50) / 29;
    return row.map((text, j) => {
      const u = rng.uniform();
      const logit = -1.2 + (j % 2 === 0 ? 0.8 : -0.8) * age + 0.5 * deprivation;
      return !complete.has(columns[j]) && u < 1 / (1 + Math.exp(-logit)) ? "" : text;
    });
  });
}

const methods: Record<string, (shown: string[][], whole: string[][], schema: Schema, seed: number) => Promise<Table[]>> = {
  async vhgm(shown, _, schema, seed) {
    const table = memoryTable("shown", columns, shown);
    const bundle = await trainTable({ table, schema, options: { ...trainingDefaults, memory: "rows", seed, ...settings }, open: openSession, session: { threads: 1 } });
    const predictor = await openPredictor(bundle.model, openSession);
    try {
      const tables = await createImputer(predictor, bundle.schema, columns, "shown", { draws: m, seed }).complete(shown);
      return tables.map((rows, k) => memoryTable(`draw ${k + 1}`, columns, rows));
    } finally {
      await predictor.close();
    }
  },
  async mice(shown, _, schema, seed) {
    const builder = new CellsBuilder(schema, columns, "shown");
    builder.add(shown);
    const { draws } = await imputeByMice({ draws: m })(builder.finish(), seed);
    return draws!.map((values, k) => memoryTable(`draw ${k + 1}`, columns, shown.map((row, i) => row.map((text, j) => (text === "" ? formatValue(values[j][i], schema.attributes[j]) : text)))));
  },
  "complete-rows": async (shown) => once(shown),
  before: async (_, whole) => once(whole),
};

/** A table by itself: two equal ones have no variance between them. */
const once = (rows: TextRow[]): Table[] => [1, 2].map(() => memoryTable("table", columns, rows));

const found: Entry[] = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Entry) : [];
for (let repeat = 1; repeat <= repeats; repeat++) {
  for (const method of names) {
    if (found.some((entry) => entry.repeat === repeat && entry.method === method)) continue;
    const { schema, rows } = population(1000 + repeat, people);
    const started = performance.now();
    const tables = await methods[method](hide(rows, repeat), rows, schema, repeat);
    const terms: Entry["terms"][number][] = [];
    for (const { formula, family } of questions) {
      const pooled = await poolTables(tables, formula, { family, schema });
      terms.push(pooled.terms.map(({ term, estimate, low, high, fmi }) => ({ term, estimate, low, high, fmi })));
    }
    const entry = { repeat, method, seconds: (performance.now() - started) / 1000, terms };
    found.push(entry);
    appendFileSync(log, `${JSON.stringify(entry)}\n`);
  }
  process.stderr.write(`${repeat} of ${repeats} repeats\n`);
}

const { schema, rows: many } = population(999_999, 200_000);
const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
const head = ["regression", "coefficient", "truth", ...names.map((name) => `${name}: coverage`), ...names.map((name) => `${name}: bias in standard errors of 'before', width`)];
console.log(`| ${head.join(" | ")} |\n|${head.map(() => "---|").join("")}`);
const totals = new Map<string, number[]>();
for (const [q, { formula, family }] of questions.entries()) {
  const half = many.length / 2;
  const truth = await poolTables([many.slice(0, half), many.slice(half)].map((rows) => memoryTable("truth", columns, rows)), formula, { family, schema });
  for (const [t, { term, estimate }] of truth.terms.entries()) {
    const of = (method: string) => found.filter((e) => e.method === method && e.repeat <= repeats).map((e) => e.terms[q][t]);
    const before = of("before").map((e) => e.estimate);
    const spread = Math.sqrt(mean(before.map((x) => (x - mean(before)) ** 2)));
    const coverage = names.map((name) => mean(of(name).map(({ low, high }) => (low <= estimate && estimate <= high ? 1 : 0))));
    names.forEach((name, k) => totals.set(name, [...(totals.get(name) ?? []), coverage[k]]));
    const errors = names.map((name) => `${(mean(of(name).map((e) => e.estimate - estimate)) / spread).toFixed(2)}, ${(mean(of(name).map((e) => e.high - e.low)) / mean(of("before").map((e) => e.high - e.low))).toFixed(2)}`);
    console.log(`| ${t === 0 ? formula : ""} | ${term} | ${estimate.toPrecision(3)} | ${coverage.map((x) => x.toFixed(3)).join(" | ")} | ${errors.join(" | ")} |`);
  }
}
console.log([...totals].map(([name, list]) => `${name}: mean coverage ${mean(list).toFixed(3)}, from ${Math.min(...list).toFixed(3)} to ${Math.max(...list).toFixed(3)}`).join("\n"));
