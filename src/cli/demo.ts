import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { VhgmError } from "../base/errors.js";
import type { Bundle } from "../bundle/bundle.js";
import { readBundle, writeBundle } from "../bundle/node/files.js";
import { inspectTable } from "../data/inspect.js";
import { writeFileAtomic } from "../data/node/atomic.js";
import { createTableWriter } from "../data/node/write.js";
import type { TextRow } from "../data/table.js";
import { openSession } from "../engine/node/session.js";
import { extendWithSampler } from "../inference/generate/learnSampler.js";
import { predict } from "../inference/predict.js";
import { openPredictor } from "../inference/predictor.js";
import { formatDictionary } from "../schema/dictionary.js";
import { trainTable } from "../training/node/trainTable.js";
import { trainingDefaults } from "../training/options.js";
import { hiddenShare, inventPeople } from "./demo/people.js";
import { compareWithTruth, demoPerson, demoQuestions } from "./demo/person.js";
import { scoreDemo } from "./demo/score.js";
import { examples, jsonFlag, quietFlag, seed, whole } from "./flags.js";
import { completeInto } from "./imputeFlags.js";
import { stoppable } from "./interrupt.js";
import { withTable } from "./openTables.js";
import { createProgress } from "./progress.js";
import { print, printJson } from "./terminal.js";
import { counted, duration, percent } from "./text.js";
import { trainingHooks } from "./trainingFlags.js";

/** Training steps: two thirds of what train would take, so that the demo is over in about a minute. */
const demoSteps = 1000;

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
    .description("Invent people, hide a fifth of their cells, train, fill the holes, predict one person, and compare all of it with the truth.")
    .option("-o, --output <folder>", "where the demo's files go; files of an earlier demo are replaced", "demo")
    .option("--rows <number>", "people to invent", whole(100, 100_000), 2000)
    .option("--seed <number>", "seed of everything random", seed, 1);
  jsonFlag(quietFlag(command));
  examples(command, "vhgm demo", "vhgm demo -o try --rows 5000").action(demo);
}

async function demo({ output, rows, seed, quiet, json }: Flags): Promise<void> {
  const start = Date.now();
  const progress = createProgress({ quiet });
  const file = (name: string): string => join(output, name);
  const files = { table: file("people.csv"), truth: file("truth.csv"), dictionary: file("dictionary.yaml"), model: file("people.vhgm"), completed: file("completed.csv") };
  try {
    await makeFolder(output);
    progress.phase(`inventing ${counted(rows, "person", "people")} and hiding ${percent(hiddenShare)} of their cells`);
    const people = inventPeople(rows, seed);
    await writeTable(files.table, people.columns, people.rows);
    await writeTable(files.truth, people.columns, people.truth);
    const bundle = await withTable(files.table, async (table) => {
      const inspection = await inspectTable(table);
      await writeFileAtomic(files.dictionary, formatDictionary(inspection));
      const input = {
        table, schema: inspection.schema, options: { ...trainingDefaults, seed, steps: demoSteps }, open: openSession,
        extend: extendWithSampler(openSession),
        save: (made: Bundle) => writeBundle(files.model, made),
      };
      await stoppable(() => trainTable(input, trainingHooks(progress, progress.note)));
      return readBundle(files.model);
    });
    const predictor = await openPredictor(bundle.model, openSession);
    try {
      const { schema } = bundle;
      await withTable(files.table, (table) =>
        stoppable(() => completeInto([files.completed], { predictor, schema, table, rows, flags: { batch: 256 }, seed }, progress)),
      );
      progress.phase("comparing with the truth");
      const score = await scoreDemo(predictor, schema, people, await readRows(files.completed));
      const prediction = await predict(predictor, schema, demoPerson, { ask: demoQuestions });
      const comparison = compareWithTruth(prediction, seed);
      progress.stop();
      const seconds = (Date.now() - start) / 1000;
      if (json) printJson({ files, seconds, score, prediction });
      else print(describe(files, score, comparison, seconds));
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

function describe(files: Readonly<Record<"table" | "truth" | "dictionary" | "model" | "completed", string>>, score: Awaited<ReturnType<typeof scoreDemo>>, comparison: string, seconds: number): string {
  const person = JSON.stringify(demoPerson);
  return `
${counted(score.hiddenCells, "hidden cell")} against the truth (averages over columns):
  error of numbers (standard deviations)  ${score.model.nrmse.toFixed(3)}  filling in the mean: ${score.constant.nrmse.toFixed(3)}
  levels that are right                   ${percent(score.model.accuracy)}    filling in the commonest: ${percent(score.constant.accuracy)}
  90% intervals that hold the truth       ${(100 * score.coverage).toFixed(1)}%  should be 90%

One person, ${person}:
${comparison.replace(/^/gm, "  ")}

Written in ${duration(seconds)}:
  ${files.table}  the table with holes
  ${files.truth}  the same people without holes
  ${files.dictionary}  what each column is
  ${files.model}  the model
  ${files.completed}  the table with its holes filled

Next:
  $ vhgm serve ${files.model}
  $ vhgm info ${files.model}
  $ vhgm predict ${files.model} --given '${person}'
  $ vhgm impute ${files.model} ${files.table} -o draws.csv -m 5
  $ vhgm complete YOUR.csv -o completed.csv`.trimStart();
}
