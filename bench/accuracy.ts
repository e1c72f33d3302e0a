/**
 * Accuracy beside rivals on the same masks: the tables of docs/results.md.
 *
 *   npm run bench:accuracy -- --data DIR [--tables pima,pbc] [--mechanisms mcar,mar,mnar] [--seeds 1,2,3] [--rate 0.3]
 *     [--rows 4000] [--methods vhgm,vhgm-best,train-impute,mean,ridge,forest,et,mice,hyperimpute,…] [--peers DIR] [--command 'NAME=COMMAND {in} {out}']
 *     [--rerun vhgm,...] [--import FILE.tsv] [--no-run] [--cache DIR] [--python PATH] [--timeout 1200] [--out results.json]
 *     [--plot ranks.html]
 *
 * --data    (or VHGM_DATA) folders with tables, NAME/NAME.csv or ANY/NAME.csv, or .csv.gz; needed for cases that the cache lacks.
 * --tables  names, or "confirmation": the tables of confirmation.ts, on which nothing was chosen.
 * --peers   the folder that bench/peers/setup.sh filled (default: .cache/peers).
 * --plot    writes the critical-difference plots of mean ranks across tables, a page for a browser.
 * --cache   keeps cases (m/), completed tables (out/) and results.jsonl: a run that was cut off goes on where it stood.
 * --rerun   forgets these methods' results of the wanted cases and runs them again: after a change of the code, or a failure.
 * --import  takes results made elsewhere, see imported.ts.
 * --no-run  makes nothing anew: tables of what the cache and the imported lists hold.
 * --timeout seconds of processor time that a rival gets for a case, and twice as much by the clock.
 * --command a rival of one's own, run by the shell. --import and --command can be given several times.
 *
 * Tables go to stdout in markdown, progress to stderr. VHGM's own methods need Node alone. Rivals need Python or R
 * (bench/peers/README.md): one that is not installed is named and left out. Without Python masks are made by
 * src/evaluation/ampute.ts; they are other masks than the published ones.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { caseFolder, checkSettings, makeOwnMasks, prepareCase, pythonMasks, scoreCase, type MaskMaker } from "./cases.js";
import { importResults } from "./imported.js";
import { absentRivals, hasNumpy, type Method } from "./methods.js";
import { readPlan, type Plan } from "./plan.js";
import { rivalEnvironment, runCommands, stopRunning } from "../src/evaluation/node/process.js";
import { appendLog, caseName, cellKey, readLog, writeLog, writeWhole, type Case, type Result } from "./results.js";
import { rankPlots } from "./across.js";
import { markdown } from "./tables.js";

/** The compiled file stands in dist-bench/bench. */
const root = join(import.meta.dirname, "..", "..");
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(plan: Plan): Promise<void> {
  const { methods, cases, settings, cache } = plan;
  const keyOf = (which: Case, method: Method): string => cellKey({ ...which, method: method.name });
  const wanted = new Set(cases.flatMap((which) => methods.map((method) => keyOf(which, method))));
  mkdirSync(join(cache, "out"), { recursive: true });
  for (const which of cases) await checkSettings(caseFolder(cache, which), which, settings);
  const log = join(cache, "results.jsonl");
  const results = readLog(log);
  const keep = (result: Result): void => {
    results.set(cellKey(result), result);
    appendLog(log, result);
  };
  for (const path of plan.imports) {
    const taken = await importResults(path, { cache, settings, wanted, results, keep });
    say(`${taken} results taken from ${basename(path)}.`);
  }
  forget(plan, wanted, results, log);

  const lacking = methods.filter((method) => plan.run && cases.some((which) => !results.has(keyOf(which, method))));
  const absent = absentRivals(lacking.filter((m) => !m.own).map((m) => m.name), plan.python, plan.peers);
  const notes = [...absent.values()];
  for (const note of notes) say(note);
  const cells = cases
    .flatMap((which) => lacking.filter((m) => !absent.has(m.name)).map((method) => ({ which, method })))
    .filter(({ which, method }) => !results.has(keyOf(which, method)));
  if (cells.length > 0) await runCells(cells, plan, keep);

  const shown = cases.flatMap((which) => methods.flatMap((method) => results.get(keyOf(which, method)) ?? []));
  if (shown.length === 0) return say("There is no result to show.");
  if (plan.out !== undefined) writeWhole(plan.out, `${JSON.stringify({ ...settings, results: shown, notes }, null, 1)}\n`);
  const own = new Set(methods.filter((m) => m.own).map((m) => m.name));
  if (plan.plot !== undefined) writeWhole(plan.plot, rankPlots(shown, methods.map((m) => m.name)));
  process.stdout.write(markdown({ results: shown, methods: methods.map((m) => m.name), own, setting: settingOf(plan), notes }));
}

/** Takes the results that are to be made again out of the log. */
function forget({ rerun }: Plan, wanted: ReadonlySet<string>, results: Map<string, Result>, log: string): void {
  const old = [...results.values()].filter((r) => rerun.has(r.method) && wanted.has(cellKey(r)));
  if (old.length === 0) return;
  for (const result of old) results.delete(cellKey(result));
  writeLog(log, results.values());
}

async function runCells(cells: readonly { which: Case; method: Method }[], plan: Plan, keep: (result: Result) => void): Promise<void> {
  if (cells.some(({ method }) => method.own) && !existsSync(join(root, "dist", "cli", "main.js"))) {
    throw new Error("VHGM is not built yet: run npm run build first.");
  }
  const work = mkdtempSync(join(plan.cache, "running-"));
  process.on("exit", () => {
    stopRunning();
    rmSync(work, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
  const makeMasks = lazyMasks(plan.python);
  for (const [i, { which, method }] of cells.entries()) {
    await prepareCase(caseFolder(plan.cache, which), plan.data, which, plan.settings, makeMasks);
    const result = await runCell(method, which, work, plan);
    keep(result);
    const { score, seconds, reason } = result;
    const figures = score ? `NRMSE ${score.nrmse.toFixed(4)}, accuracy ${score.accuracy.toFixed(4)}` : `failed: ${reason}`;
    const cell = `${which.table} ${which.mechanism} seed ${which.seed} ${method.name}`;
    say(`${i + 1}/${cells.length} ${cell}: ${figures}, ${seconds.toFixed(1)} s`);
  }
}

/** Runs one method on one case; its table is kept in the cache if it finished. */
async function runCell(method: Method, which: Case, work: string, { cache, timeout }: Plan): Promise<Result> {
  const folder = caseFolder(cache, which);
  const output = join(work, "completed.csv");
  rmSync(output, { force: true });
  const limits = method.own ? {} : { seconds: timeout, env: rivalEnvironment };
  const { ok, seconds, peakMemory, reason } = await runCommands(method.commands(resolve(folder, "masked.csv"), resolve(output)), limits);
  const cell = { ...which, method: method.name, seconds, peakMemory };
  if (!ok) return { ...cell, score: null, reason };
  try {
    const score = await scoreCase(folder, output);
    renameSync(output, join(cache, "out", `${caseName(which)}.${method.name}.csv`));
    return { ...cell, score };
  } catch (error) {
    return { ...cell, score: null, reason: sentence(error) };
  }
}

/** bench/peers/ampute.py where Python has numpy, else VHGM's own masks; looked up when the first case is made. */
function lazyMasks(python: string): MaskMaker {
  let make: MaskMaker | undefined;
  const choose = (): MaskMaker => {
    if (hasNumpy(python)) return pythonMasks(python, join(root, "bench", "peers", "ampute.py"));
    say(`${python} with numpy is not installed: masks are made without it, and are other masks than the published ones.`);
    return makeOwnMasks;
  };
  return (...args) => (make ??= choose())(...args);
}

function settingOf({ settings: { rate, rows }, cases }: Plan): string {
  const seeds = [...new Set(cases.map((which) => which.seed))].join(", ");
  return `${Number((100 * rate).toFixed(1))}% of the observed cells hidden, at most ${rows} rows of a table; means over seeds ${seeds}.`;
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

try {
  await main(readPlan(process.argv.slice(2), root));
} catch (error) {
  say(sentence(error));
  process.exitCode = 1;
}
