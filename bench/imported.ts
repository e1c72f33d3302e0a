import { cpSync, existsSync, readFileSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { caseFolder, checkSettings, scoreCase, type CaseSettings } from "./cases.js";
import { caseName, cellKey, methodName, type Result } from "./results.js";

/** One line of a list of results made elsewhere; `writtenAs` is the name of its method in that list and in its files. */
export interface ImportedResult extends Result {
  readonly writtenAs: string;
}

const casePattern = /^(.+)_(mcar|mar|mnar|mnarlog)_(\d+)$/;
const figuresPattern = /^NRMSE (\S+) +R2 (\S+) +acc (\S+) +unfilled (\d+) +observed changed (\d+)$/;

/**
 * Reads a list of results with lines TABLE_MECHANISM_SEED ⇥ METHOD ⇥ SECONDS ⇥ what bench/peers/score.py prints, or
 * TABLE_MECHANISM_SEED ⇥ METHOD ⇥ FAILED.
 * @param name of the file, for messages
 */
export function parseImport(text: string, name: string): ImportedResult[] {
  return text.split(/\r?\n/).flatMap((line, i) => (line.trim() === "" ? [] : [parseLine(line, `${name}, line ${i + 1}`)]));
}

function parseLine(line: string, place: string): ImportedResult {
  const [which, writtenAs = "", seconds = "", figures = ""] = line.split("\t");
  const found = casePattern.exec(which);
  if (!found || writtenAs === "") throw new Error(`${place} starts with '${which}'; TABLE_MECHANISM_SEED, a tab and a method are needed.`);
  const [, table, mechanism, seed] = found;
  const cell = { table, mechanism, seed: Number(seed), method: methodName(writtenAs), writtenAs, peakMemory: null };
  // JSON knows no NaN, and a failure has no time that would be compared.
  if (seconds === "FAILED") return { ...cell, seconds: 0, score: null, reason: "failed where it was imported from" };
  const values = figuresPattern.exec(figures.trim());
  if (!values || seconds === "" || Number.isNaN(Number(seconds))) {
    throw new Error(`${place} is neither FAILED nor seconds and figures as bench/peers/score.py prints them.`);
  }
  // "nan" and "-" say that no column gave the figure: NaN either way.
  const [nrmse, r2, accuracy, unfilled, changed] = values.slice(1).map(Number);
  return { ...cell, seconds: Number(seconds), score: { nrmse, r2, accuracy, balancedAccuracy: NaN, unfilled, changed } };
}

export interface ImportInto {
  readonly cache: string;
  readonly settings: CaseSettings;
  /** Keys of the cells that are wanted. */
  readonly wanted: ReadonlySet<string>;
  readonly results: ReadonlyMap<string, Result>;
  keep(result: Result): void;
}

/**
 * Takes the wanted results that a list holds and `results` lacks (or has as failures), each through `keep`. Cases and
 * completed tables are looked for beside the list: m/CASE, and out/CASE.METHOD.csv or in a folder of the list's own name.
 * Where they are found the table is scored anew, with all digits.
 * @returns how many were taken
 * @throws Error if a line has another form, or a case there has another mask than here, or was made with other settings
 */
export async function importResults(path: string, { cache, settings, wanted, results, keep }: ImportInto): Promise<number> {
  const beside = dirname(path);
  const folders = [basename(path).replace(/\.\w+$/, ""), "out"];
  let taken = 0;
  for (const { writtenAs, ...result } of parseImport(readFileSync(path, "utf8"), basename(path))) {
    const old = results.get(cellKey(result));
    if (!wanted.has(cellKey(result)) || (old && (old.score || !result.score))) continue;
    const folder = caseFolder(cache, result);
    takeCase(join(beside, "m", caseName(result)), folder, `${basename(path)} has results of ${caseName(result)}`);
    await checkSettings(folder, result, settings);
    const table = folders.map((name) => join(beside, name, `${caseName(result)}.${writtenAs}.csv`)).find(existsSync);
    keep(result.score && table && existsSync(folder) ? { ...result, score: await scoreCase(folder, table) } : result);
    taken++;
  }
  return taken;
}

function takeCase(there: string, here: string, what: string): void {
  const mask = (folder: string): Buffer => readFileSync(join(folder, "mask.csv"));
  if (!existsSync(join(there, "mask.csv"))) return;
  if (!existsSync(here)) {
    cpSync(there, `${here}.unfinished`, { recursive: true });
    renameSync(`${here}.unfinished`, here);
  } else if (!mask(there).equals(mask(here))) throw new Error(`${what} under another mask than the cache's; give another --cache.`);
}
