import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, truncateSync, writeSync } from "node:fs";
import type { TableScore } from "../src/evaluation/score.js";

/** A table with one mask. */
export interface Case {
  readonly table: string;
  readonly mechanism: string;
  readonly seed: number;
}

/** What one method made of one case. */
export interface Result extends Case {
  readonly method: string;
  /** Wall time. */
  readonly seconds: number;
  /** Largest resident memory of one process, in MiB; null where it is not known. */
  readonly peakMemory: number | null;
  /** null: failed, or not finished in time; `reason` says why. */
  readonly score: TableScore | null;
  readonly reason?: string;
}

export const caseName = ({ table, mechanism, seed }: Case): string => `${table}_${mechanism}_${seed}`;
export const cellKey = (cell: Case & { readonly method: string }): string => `${caseName(cell)} ${cell.method}`;

/** Names under which older logs and imported lists have VHGM's own commands. */
const formerNames: Readonly<Record<string, string>> = { complete: "vhgm", best: "vhgm-best", train: "train-impute" };
export const methodName = (name: string): string => formerNames[name] ?? name;

/**
 * Reads a log of results, one JSON object a line; of several results of one cell the last counts. A last line that was
 * cut off is taken out of the file, so that the next one starts on a line of its own.
 */
export function readLog(path: string): Map<string, Result> {
  const results = new Map<string, Result>();
  if (!existsSync(path)) return results;
  const text = readFileSync(path, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  whole.split("\n").forEach((line, i) => {
    if (line === "") return;
    let result: Result;
    try {
      result = revive(JSON.parse(line) as Result);
    } catch (cause) {
      throw new Error(`${path}, line ${i + 1} is no result; mend or remove the line.`, { cause });
    }
    results.set(cellKey(result), result);
  });
  return results;
}

/** JSON has no NaN: a figure that no column gave is null there. */
function revive(result: Result): Result {
  const { score } = result;
  const figure = (x: number | null | undefined): number => x ?? NaN;
  return {
    ...result,
    method: methodName(result.method),
    peakMemory: result.peakMemory ?? null,
    score: score && {
      nrmse: figure(score.nrmse),
      r2: figure(score.r2),
      accuracy: figure(score.accuracy),
      balancedAccuracy: figure(score.balancedAccuracy),
      unfilled: score.unfilled,
      changed: score.changed,
    },
  };
}

/** Appends one result, on disk when this returns. */
export function appendLog(path: string, result: Result): void {
  const file = openSync(path, "a");
  try {
    writeSync(file, `${JSON.stringify(result)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes a whole log anew. */
export function writeLog(path: string, results: Iterable<Result>): void {
  writeWhole(path, [...results].map((result) => `${JSON.stringify(result)}\n`).join(""));
}

/** Writes a file so that it appears whole or not at all. */
export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  try {
    const file = openSync(temporary, "w");
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
