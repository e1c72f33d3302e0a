import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { stringify } from "yaml";
import { VhgmError } from "../base/errors.js";
import type { Bundle } from "../bundle/bundle.js";
import { readBundle, writeBundle } from "../bundle/node/files.js";
import { writeFileAtomic } from "../data/node/atomic.js";
import { createTableWriter } from "../data/node/write.js";
import type { TextRow } from "../data/table.js";
import { openSession } from "../engine/node/session.js";
import { extendWithSampler } from "../inference/generate/learnSampler.js";
import { predict } from "../inference/predict.js";
import { openPredictor } from "../inference/predictor.js";
import { trainTable } from "../training/node/trainTable.js";
import { trainingDefaults } from "../training/options.js";
import { hiddenShare, inventTables } from "./demo/people.js";
import { compareWithTruth, demoPerson, demoQuestions } from "./demo/person.js";
import { scoreDemo, type DemoScore } from "./demo/score.js";
import { examples, jsonFlag, quietFlag, seed, whole } from "./flags.js";
import { completeInto } from "./imputeFlags.js";
import { stoppable } from "./interrupt.js";
import { withTable, withTables } from "./openTables.js";
import { createProgress } from "./progress.js";
import { print, printJson } from "./terminal.js";
import { counted, duration, percent } from "./text.js";
import { trainingHooks } from "./trainingFlags.js";

/** Training steps: a part of what train would take, so that the demo is over in about a minute. */
const demoSteps = 1500;

interface Flags {
  readonly output: string;
  readonly rows: number;
  readonly seed: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addDemo(program: Command): void {
  const command = program
    .command("demo")
    .summary("the whole way on invented people, checked against the truth, in about a minute")
    .description("Invent three tables that share some columns and some people, hide a fifth of their cells, learn one model from all of them,\nfill the holes, predict one person, and compare all of it with the truth.")
    .option("-o, --output <folder>", "where the demo's files go; files of an earlier demo are replaced", "demo")
    .option("--rows <number>", "people of the largest table; the others have 0.3 and 0.5 times as many", whole(200, 100_000), 2000)
    .option("--seed <number>", "seed of everything random", seed, 1);
  jsonFlag(quietFlag(command));
  examples(command, "vhgm demo", "vhgm demo -o try --rows 5000").action(demo);
}

async function demo({ output, rows, seed, quiet, json }: Flags): Promise<void> {
  const start = Date.now();
  const progress = createProgress({ quiet });
  const file = (name: string): string => join(output, name);
  try {
    await makeFolder(file("truth"));
    progress.phase(`inventing people and hiding ${percent(hiddenShare)} of their cells`);
    const { tables, schema } = inventTables(rows, seed);
    const paths = tables.map(({ name }) => file(`${name}.csv`));
    const files = {
      tables: paths,
      truth: tables.map(({ name }) => file(`truth/${name}.csv`)),
      dictionary: file("dictionary.yaml"),
      model: file("people.vhgm"),
      completed: tables.map(({ name }) => file(`${name}-completed.csv`)),
    };
    for (const [s, table] of tables.entries()) {
      await writeTable(paths[s], table.columns, table.rows);
      await writeTable(files.truth[s], table.columns, table.truth);
    }
    await writeFileAtomic(files.dictionary, stringify(schema));
    const bundle = await withTables(paths, { schema }, async (table) => {
      const input = {
        table, schema, options: { ...trainingDefaults, seed, steps: demoSteps }, open: openSession,
        extend: extendWithSampler(openSession),
        save: (made: Bundle) => writeBundle(files.model, made),
      };
      await stoppable(() => trainTable(input, trainingHooks(progress, progress.note)));
      return readBundle(files.model);
    });
    const predictor = await openPredictor(bundle.model, openSession);
    try {
      const completed = [];
      for (const [s, table] of tables.entries()) {
        const input = { predictor, schema: bundle.schema, rows: table.rows.length, flags: { batch: 256 }, seed };
        await withTable(paths[s], (opened) => stoppable(() => completeInto([files.completed[s]], { ...input, table: opened }, progress)));
        completed.push({ table, completed: await readRows(files.completed[s]) });
      }
      progress.phase("comparing with the truth");
      const score = await scoreDemo(predictor, bundle.schema, completed);
      const prediction = await predict(predictor, bundle.schema, demoPerson, { ask: demoQuestions });
      const comparison = compareWithTruth(prediction, seed);
      progress.stop();
      const seconds = (Date.now() - start) / 1000;
      if (json) printJson({ files, seconds, score, prediction });
      else print(describe(output, files.model, score, comparison, seconds));
    } finally {
      await predictor.close();
    }
  } finally {
    progress.stop();
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new VhgmError("disk", `The folder "${folder}" can't be made: ${(cause as Error).message}.`, { cause });
  }
}

async function writeTable(path: string, columns: readonly string[], rows: readonly TextRow[]): Promise<void> {
  const writer = await createTableWriter(path, columns);
  await writer.write(rows);
  await writer.finish();
}

const readRows = (path: string): Promise<TextRow[]> =>
  withTable(path, async (table) => {
    const rows: TextRow[] = [];
    for await (const batch of table.batches()) rows.push(...batch);
    return rows;
  });

function describe(folder: string, model: string, score: DemoScore, comparison: string, seconds: number): string {
  const person = JSON.stringify(demoPerson);
  const table = join(folder, "checkup.csv");
  return `
${counted(score.hiddenCells, "hidden cell")} of three tables against the truth (averages over columns):
  error of numbers (standard deviations)  ${score.model.nrmse.toFixed(3)}  filling in the mean: ${score.constant.nrmse.toFixed(3)}
  levels that are right                   ${percent(score.model.accuracy)}    filling in the commonest: ${percent(score.constant.accuracy)}
  90% intervals that hold the truth       ${(100 * score.coverage).toFixed(1)}%  should be 90%

One person, ${person}, asked what three different tables tell:
${comparison.replace(/^/gm, "  ")}

Written in ${duration(seconds)} to ${folder}:
  checkup.csv, laboratory.csv, lifestyle.csv  three tables with holes that share seven columns and some people
  truth/                                      the same people without holes
  dictionary.yaml                             what each column is, and to whom it applies
  people.vhgm                                 one model of all three
  checkup-completed.csv, …                    the tables with their holes filled

Next:
  $ vhgm serve ${model}
  $ vhgm info ${model}
  $ vhgm predict ${model} --given '${person}' --ask crp,perceived_stress --why
  $ vhgm impute ${model} ${table} -o draws.csv -m 5
  $ vhgm complete YOUR.csv -o completed.csv`.trimStart();
}
