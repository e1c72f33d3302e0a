import { mkdir, open, readdir, rename, rm, rmdir, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { stringify } from "yaml";
import { VhgmError } from "../../base/errors.js";
import type { Cohort, CohortPlan, CohortRow, SourcePlan } from "../simulate.js";

export interface WriteCohortOptions {
  /** Told after every portion of rows, over all sources. */
  onRows?: (done: number, total: number) => void;
}

/** About this many characters are written at a time. */
const portion = 1 << 20;

/** A CSV field (RFC 4180): quoted if it holds a comma, a quote or a line break. */
export const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const csvLine = (fields: readonly string[]): string => `${fields.map(csvField).join(",")}\n`;

/**
 * Writes a cohort as a folder: checkup.csv, laboratory.csv, lifestyle.csv (with holes), truth/NAME.csv (complete; empty
 * cells do not apply), truth/truth.json and dictionary.yaml. Rows of a plan are made and written one by one, so memory
 * does not grow with the cohort. The folder appears whole: it is built beside `dir` under a temporary name, which is
 * removed on failure. Returns the written files' paths relative to `dir`.
 * @throws VhgmError "disk" if `dir` exists and is not an empty folder, or if it cannot be written.
 */
export async function writeCohort(dir: string, cohort: Cohort | CohortPlan, { onRows }: WriteCohortOptions = {}): Promise<string[]> {
  const target = resolve(dir);
  await requireEmpty(target, dir);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const sources = cohort.sources.map(asPlan);
  const total = sources.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const files: string[] = [];
  let done = 0;
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(join(temporary, "truth"), { recursive: true });
    for (const source of sources) {
      const names = [`${source.name}.csv`, `truth/${source.name}.csv`];
      await writeSource(source, names.map((name) => join(temporary, name)), (rows) => onRows?.(done + rows, total));
      done += source.rowCount;
      files.push(...names);
    }
    await writeText(join(temporary, "truth/truth.json"), `${JSON.stringify(cohort.truth)}\n`);
    await writeText(join(temporary, "dictionary.yaml"), stringify(cohort.schema));
    files.push("truth/truth.json", "dictionary.yaml");
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    if (cause instanceof VhgmError) throw cause;
    throw new VhgmError("disk", `The cohort could not be written to ${dir}: ${(cause as Error).message}.`, { cause });
  }
  return files;
}

async function requireEmpty(target: string, dir: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    if (code === "ENOTDIR") throw new VhgmError("disk", `${dir} is a file; the cohort needs a new or empty folder.`, { cause: error });
    throw new VhgmError("disk", `The folder ${dir} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  if (entries.length > 0) {
    throw new VhgmError("disk", `The folder ${dir} is not empty (${entries[0]}); the cohort needs a new or empty folder.`);
  }
  // Not every platform renames onto an empty folder.
  await rmdir(target);
}

function asPlan(source: SourcePlan | Cohort["sources"][number]): SourcePlan {
  if ("row" in source) return source;
  const { name, columns, rows, complete } = source;
  return { name, columns, rowCount: rows.length, row: (i): CohortRow => ({ observed: rows[i], complete: complete[i] }) };
}

/** Writes a source's table with holes and its complete table side by side, in one pass over the rows. */
async function writeSource(source: SourcePlan, [observedPath, completePath]: string[], onRows: (rows: number) => void): Promise<void> {
  const files = await Promise.all([open(observedPath, "wx"), open(completePath, "wx")]);
  try {
    const header = csvLine(source.columns);
    const texts = [header, header];
    for (let i = 0; i < source.rowCount; i++) {
      const { observed, complete } = source.row(i);
      texts[0] += csvLine(observed);
      texts[1] += csvLine(complete);
      if (texts[0].length < portion) continue;
      await writePortion(files, texts);
      onRows(i + 1);
    }
    await writePortion(files, texts);
    onRows(source.rowCount);
    for (const file of files) await file.sync();
  } finally {
    for (const file of files) await file.close();
  }
}

async function writePortion(files: readonly FileHandle[], texts: string[]): Promise<void> {
  for (let i = 0; i < files.length; i++) {
    await files[i].writeFile(texts[i]);
    texts[i] = "";
  }
}

async function writeText(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
