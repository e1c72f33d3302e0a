import { basename, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Command } from "commander";
import { VhgmError, isVhgmError } from "../base/errors.js";
import { checkOutput, readBundle } from "../bundle/node/files.js";
import { inspectTable } from "../data/inspect.js";
import { writeFileAtomic } from "../data/node/atomic.js";
import { openSession } from "../engine/node/session.js";
import { mechanisms } from "../evaluation/ampute.js";
import { baselineNames } from "../evaluation/baselines/index.js";
import { evaluate, type Evaluation } from "../evaluation/evaluation.js";
import type { GridHooks } from "../evaluation/grid.js";
import { createGridStore } from "../evaluation/node/store.js";
import { renderReport } from "../evaluation/report/page.js";
import { renderSynthetic } from "../evaluation/report/synthetic.js";
import { renderTables } from "../evaluation/report/tablesPage.js";
import { renderTransfer } from "../evaluation/report/transfer.js";
import { dictionaryNotes, prepareSubject } from "../evaluation/subject.js";
import { evaluateTables, type TablesEvaluation } from "../evaluation/tables.js";
import { openPredictor } from "../inference/predictor.js";
import { runtimeVersions, packageVersion } from "../training/node/versions.js";
import { chooseMethods, modelNotes, type EvaluateFlags } from "./evaluateMethods.js";
import { failureLine, resultLine, summary, tablesSummary } from "./evaluateSummary.js";
import { evaluateInvented } from "./evaluateSynthetic.js";
import { evaluateElsewhere } from "./evaluateTransfer.js";
import { transferSummary } from "./transferSummary.js";
import { examples, jsonFlag, level, listOf, oneOf, quietFlag, seed, whole } from "./flags.js";
import { stoppable, stopped } from "./interrupt.js";
import { isAmong, refuseSameFile, withTable } from "./openTables.js";
import { createProgress, type Progress } from "./progress.js";
import { syntheticSummary } from "./syntheticSummary.js";
import { print, printJson, tell } from "./terminal.js";
import { readSchema, settingFiles, trainingFlags } from "./trainingFlags.js";

/** Most rows that are evaluated on unless more are asked for. */
const defaultRows = 4000;

export function addEvaluate(program: Command): void {
  const command = program
    .command("evaluate")
    .summary("how well holes of a table are filled, beside other imputers; or how good and private invented people are")
    .description(
      "Hide observed cells of a table, let VHGM and other imputers fill them, and compare what they filled with what was there:\n" +
        "errors, levels, intervals, significance, times. Finished parts are kept in a folder beside the report, so that the same\n" +
        "command goes on where it was stopped.\n\n" +
        "With --hold-out, or --train alone: a model learns from some people and fills holes of people from elsewhere (another\n" +
        "hospital, a later year), beside people like those it learned from; and the four ways in which such a model fails are\n" +
        "looked for.\n\n" +
        "With --synthetic and --train: how close invented people are to real ones, and whether they give away whom the generator\n" +
        "learned from. The table then is the hold-out: real people whom the generator has not seen.",
    )
    .argument("<tables...>", "one or more, each evaluated by itself and then together: CSV, TSV, Parquet, JSON lines or SAS XPT")
    .option("-o, --output <file>", "the report: a page that needs nothing else (.html), or all figures (.json)")
    .option("--with-best", "ours twice: with default settings, and with --best")
    .option("--model <file>", "evaluate this model instead of training one on the table, as vhgm complete does")
    .option("--baselines <names>", `imputers to compare with, or none: ${baselineNames.join(", ")} (default: all; mean,ridge for people from elsewhere)`, baselineList)
    .option("--against <name=command>", "a further imputer, run by the shell: 'NAME=COMMAND {in} {out}' reads a CSV with holes and writes it completed; can be given several times", (text: string, list: string[]) => [...list, text], [])
    .option("--mechanism <names>", `why cells go missing: ${mechanisms.join(", ")}`, listOf(oneOf(mechanisms)), ["mcar"])
    .option("--rate <share>", "share of the observed cells that is hidden", level, 0.3)
    .option("--seeds <numbers>", "one mask per seed", listOf(seed), [1, 2, 3])
    .option("--rows <number>", "larger tables are cut to a random sample of so many rows", whole(20, 10_000_000), defaultRows)
    .option("--synthetic <table>", "judge these invented people (vhgm generate, or any generator), beside the real ones of the table, who are the hold-out")
    .option("--train <table>", "learn from this table and try on the other; with --synthetic: the people whom the generator learned from")
    .option("--hold-out <column=value>", "learn from the people of the table who are not of this value (several: a,b), and try on those who are")
    .option("--timeout <seconds>", "processor time that a command of --against may take for one mask", whole(1, 1_000_000), 1200);
  jsonFlag(quietFlag(trainingFlags(command)));
  examples(
    command,
    "vhgm evaluate cohort.csv -o report.html",
    "vhgm evaluate cohort.csv --mechanism mcar,mar,mnar --seeds 1,2,3,4,5 -o report.html",
    "vhgm evaluate new.csv --model cohort.vhgm --baselines mean,ridge",
    "vhgm evaluate a.csv b.csv c.csv --with-best -o tables.html",
    "vhgm evaluate cohort.csv --hold-out hospital=Cleveland -o elsewhere.html",
    "vhgm evaluate cycle2.csv --train cycle1.csv -o later.html",
    "vhgm evaluate holdout.csv --synthetic people.csv --train train.csv -o report.html",
    "vhgm evaluate cohort.csv --against 'knn=python knn.py {in} {out}' -o report.html",
  ).action(run);
}

const baselineList = (text: string): (typeof baselineNames)[number][] => (text.trim() === "none" ? [] : listOf(oneOf(baselineNames))(text));

async function run(paths: readonly string[], flags: EvaluateFlags): Promise<void> {
  const { output, quiet, model, synthetic, train, holdOut } = flags;
  const isOther = synthetic !== undefined || train !== undefined || holdOut !== undefined;
  if (isOther && paths.length > 1) throw new VhgmError("usage", `${paths.length} tables were given; --synthetic, --train and --hold-out take one.`);
  if (model !== undefined && paths.length > 1) throw new VhgmError("usage", `${paths.length} tables were given; --model takes one.`);
  if (train !== undefined && (await isAmong(train, paths))) {
    throw new VhgmError("usage", `--train "${train}" is the table itself, but people to be tried on must not be those who were learned from; give two tables (--hold-out splits one).`);
  }
  if (output !== undefined) {
    if (!/\.(html|json)$/i.test(output)) throw new VhgmError("usage", `"${output}" is no name for a report; .html and .json are allowed.`);
    await refuseSameFile(output, ...paths, ...[model, synthetic, train].filter((file) => file !== undefined), ...settingFiles(flags));
    await checkOutput(output);
  }
  if (synthetic !== undefined) return runSynthetic(paths[0], flags);
  const store = output?.replace(/\.\w+$/, ".evaluation");
  const progress = createProgress({ quiet });
  const guarded = <T>(work: () => Promise<T>): Promise<T> =>
    stoppable(work)
      .catch((error: unknown) => {
        throw isVhgmError(error) && error.code === "cancelled" ? stoppedError(store, error) : error;
      })
      .finally(() => progress.stop());
  if (isOther) {
    if (model !== undefined) throw new VhgmError("usage", "--hold-out and --train learn a model of their own; leave out --model.");
    if (train !== undefined && holdOut !== undefined) throw new VhgmError("usage", "--hold-out splits the table itself and --train gives another one to learn from; give one of the two.");
    return deliver(await guarded(() => evaluateElsewhere(paths[0], flags, store, commandLine(), progress)), flags, renderTransfer, transferSummary, ({ groups }) => Object.values(groups), store);
  }
  if (paths.length === 1) return deliver(await guarded(() => evaluateTable(paths[0], flags, store, progress)), flags, renderReport, summary, (evaluation) => [evaluation], store);
  await deliver(await guarded(() => evaluateSeveral(paths, flags, store, progress)), flags, renderTables, tablesSummary, ({ tables }) => tables, store);
}

/**
 * Writes the report and prints the findings, and last which methods failed.
 * @param tables the evaluations of methods that it consists of
 */
async function deliver<T>(evaluation: T, { output, json }: EvaluateFlags, page: (evaluation: T) => string, text: (evaluation: T) => string, tables: (evaluation: T) => readonly Evaluation[], store?: string): Promise<void> {
  if (output !== undefined) await writeFileAtomic(output, /\.json$/i.test(output) ? `${JSON.stringify(evaluation, null, 1)}\n` : page(evaluation));
  if (json) printJson(evaluation);
  else print(text(evaluation));
  if (output !== undefined) tell(`\n${output}: the report.${store === undefined ? "" : ` Finished results are kept in ${store}; that folder can be deleted.`}`);
  const failed = failureLine(tables(evaluation));
  if (failed !== undefined) tell(failed);
}

/** The other evaluation: of invented people. */
async function runSynthetic(holdout: string, flags: EvaluateFlags): Promise<void> {
  const { synthetic, train, rows, quiet } = flags;
  if (synthetic === undefined || train === undefined || flags.holdOut !== undefined) {
    throw new VhgmError("usage", "--synthetic (invented people) and --train (whom the generator learned from) go together; the table is the hold-out.");
  }
  if (flags.model !== undefined || flags.against.length > 0 || flags.best || flags.config !== undefined) {
    throw new VhgmError("usage", "--synthetic trains and compares nothing; leave out --model, --against, --config and --best.");
  }
  const schema = await readSchema(flags);
  const progress = createProgress({ quiet });
  const evaluation = await stoppable(() => evaluateInvented({ train, holdout, synthetic, schema, rows, command: commandLine() }, progress)).finally(() => progress.stop());
  await deliver(evaluation, flags, renderSynthetic, syntheticSummary, () => []);
}

const stoppedError = (store: string | undefined, cause: unknown): VhgmError =>
  new VhgmError(
    "cancelled",
    store === undefined
      ? "The evaluation was stopped; nothing is kept, since no -o was given."
      : `The evaluation was stopped; finished results are in "${store}", and the same command goes on from there.`,
    { cause },
  );

async function evaluateTable(path: string, flags: EvaluateFlags, store: string | undefined, progress: Progress): Promise<Evaluation> {
  const bundle = flags.model === undefined ? undefined : await readBundle(flags.model);
  if (bundle && (flags.schema !== undefined || flags.best || flags.config !== undefined || flags.members !== undefined || flags.network !== undefined)) {
    throw new VhgmError("usage", "--model brings its own dictionary and is trained already; leave out --schema, --config, --best, --members and --network.");
  }
  const given = bundle?.schema ?? (await readSchema(flags));
  progress.phase(`reading ${path}`);
  const { subject, notes } = await withTable(path, async (table) => {
    const schema = given ?? (await inspectTable(table)).schema;
    const rows: (readonly string[])[] = [];
    for await (const batch of table.batches()) rows.push(...batch);
    const subject = prepareSubject(table.name, table.columns, rows, schema, { rows: flags.rows, seed: 1 });
    const cut = rows.length > subject.cells.rows ? [`A random sample of ${subject.cells.rows} of the ${rows.length} rows of ${table.name} was taken (--rows).`] : [];
    const unshared = given && !bundle ? dictionaryNotes(table.name, table.columns, given) : [];
    return { subject, notes: [...cut, ...unshared, ...table.notes] };
  });
  const predictor = bundle && (await openPredictor(bundle.model, openSession, { device: flags.device }));
  try {
    const methods = await chooseMethods(flags, bundle && predictor && { bundle, predictor });
    const hooks: GridHooks = {
      onStep: async ({ key, index, cells, done, total }) => {
        progress.phase(`${key.mechanism} seed ${key.seed}`);
        progress.update(done, total, `${index + 1} of ${cells}: ${key.method.name}`);
        await nextTurn();
        if (stopped()) throw new VhgmError("cancelled", "stopped");
      },
      onResult: (result, kept) => progress.note(resultLine(result, kept)),
    };
    return await evaluate(
      {
        subject,
        methods,
        settings: { mechanisms: flags.mechanism, seeds: flags.seeds, rate: flags.rate },
        store: store === undefined ? undefined : createGridStore(store, subject),
        notes: [...notes, ...(bundle && predictor ? modelNotes(bundle, predictor, subject) : [])],
        command: commandLine(),
        versions: { vhgm: packageVersion, ...runtimeVersions() },
      },
      hooks,
    );
  } finally {
    await predictor?.close();
  }
}

/** Tables one after the other by the same methods; each keeps its results in a folder of its own. */
async function evaluateSeveral(paths: readonly string[], flags: EvaluateFlags, store: string | undefined, progress: Progress): Promise<TablesEvaluation> {
  const start = performance.now();
  const names = paths.map((path) => basename(path).replace(/(\.csv|\.tsv|\.parquet|\.jsonl|\.ndjson|\.xpt)?(\.gz)?$/i, ""));
  const twice = names.find((name, k) => names.indexOf(name) < k);
  if (twice !== undefined) throw new VhgmError("usage", `Two tables are called ${twice}; their results would be mixed up.`);
  const tables: Evaluation[] = [];
  for (const [k, path] of paths.entries()) {
    progress.note(`${names[k]} (${k + 1} of ${paths.length}):`);
    tables.push(await evaluateTable(path, flags, store && join(store, names[k]), progress));
  }
  return evaluateTables(tables, { command: commandLine(), versions: tables[0].made.versions, seconds: (performance.now() - start) / 1000 });
}

/** The command as it was typed, quoted where a shell needs it. */
const commandLine = (): string =>
  ["vhgm", ...process.argv.slice(2)].map((word) => (/^[\w./=:,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
