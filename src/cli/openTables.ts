import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { VhgmError } from "../base/errors.js";
import { requireRows, type FileTable } from "../data/node/open.js";
import { joinTables, type JoinOptions } from "../data/sources.js";
import { openSource, type SourceOptions } from "./openSource.js";

/** Opens a table for the time of some work. */
export async function withTable<T>(path: string, work: (table: FileTable) => Promise<T>, options: SourceOptions = {}): Promise<T> {
  const table = await openSource(path, options);
  try {
    return await work(table);
  } finally {
    await table.close();
  }
}

/** Opens one table, or several as one, for the time of some work. @throws VhgmError "data" if one has no rows */
export async function withTables<T>(paths: readonly string[], options: JoinOptions & SourceOptions, work: (table: FileTable) => Promise<T>): Promise<T> {
  const real = await Promise.all(paths.map(realName));
  const twice = real.findIndex((path, k) => real.indexOf(path) < k);
  if (twice >= 0) throw new VhgmError("usage", `"${paths[twice]}" was given twice; each table is given once.`);
  const opened: FileTable[] = [];
  try {
    for (const path of paths) opened.push(await openSource(path, options));
    for (const table of opened) await requireRows(table);
    return await work(opened.length === 1 ? opened[0] : joinTables(opened, options));
  } finally {
    for (const table of opened) await table.close();
  }
}

const realName = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));

/** @throws VhgmError "usage" if an output would replace an input */
export async function refuseSameFile(output: string, ...inputs: readonly string[]): Promise<void> {
  if (await isAmong(output, inputs)) throw new VhgmError("usage", `The output "${output}" is the input itself; give the output another name.`);
}

/** @throws VhgmError "usage" if a file would replace another one of the same command */
export async function refuseOneName(output: string, ...outputs: readonly string[]): Promise<void> {
  if (await isAmong(output, outputs)) throw new VhgmError("usage", `"${output}" was named for two outputs; give each a name of its own.`);
}

/** Whether a path leads to one of other files, however it is spelled. */
export async function isAmong(path: string, others: readonly string[]): Promise<boolean> {
  const [own, ...names] = await Promise.all([path, ...others].map(realName));
  return names.includes(own);
}
