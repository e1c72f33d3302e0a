import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createRng, permutation } from "../src/base/random.js";
import { openTable } from "../src/data/node/open.js";
import { ampute, maskTable, type Mechanism } from "../src/evaluation/ampute.js";
import { isHole, type Mask, type TextTable } from "../src/evaluation/columns.js";
import { hiddenRows, scoreTable, type TableScore } from "../src/evaluation/score.js";
import { rivalEnvironment, runCommands } from "../src/evaluation/node/process.js";
import { caseName, type Case } from "./results.js";

/** How the cells of a case were hidden; kept in its folder as case.json. */
export interface CaseSettings {
  /** Share of the observed cells. */
  readonly rate: number;
  /** Larger tables are cut to a random sample of so many rows. */
  readonly rows: number;
}

/** Makes full.csv, masked.csv and mask.csv of a case in a folder. */
export type MaskMaker = (source: string, folder: string, which: Case, settings: CaseSettings) => Promise<void>;

/**
 * The folder of a case, made if it is not there yet.
 * @throws Error if the table is not found
 */
export async function prepareCase(
  folder: string,
  data: string | undefined,
  which: Case,
  settings: CaseSettings,
  make: MaskMaker,
): Promise<void> {
  if (existsSync(join(folder, "mask.csv"))) return;
  const source = findTable(data, which.table);
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await make(source, unfinished, which, settings);
  writeSettings(unfinished, which, settings);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

/** How far the share of hidden cells of a case made elsewhere may be from the rate: a mask is random, and so is a share. */
const rateWithin = 0.05;

/**
 * Checks that a case, if it is there, was made with these settings. A case made elsewhere has no case.json: its rate and
 * rows are counted, and case.json is written.
 */
export async function checkSettings(folder: string, which: Case, settings: CaseSettings): Promise<void> {
  if (!existsSync(join(folder, "mask.csv"))) return;
  const path = join(folder, "case.json");
  const made = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as CaseSettings) : await countSettings(folder, settings);
  if (made.rate !== settings.rate || made.rows !== settings.rows) {
    const told = ({ rate, rows }: CaseSettings): string => `rate ${rate} and at most ${rows} rows`;
    throw new Error(`${folder} was made with ${told(made)}, not with ${told(settings)}; use another --cache for these.`);
  }
  if (!existsSync(path)) writeSettings(folder, which, settings);
}

/** What a case looks like, given as the expected settings where it agrees with them. */
async function countSettings(folder: string, expected: CaseSettings): Promise<CaseSettings> {
  const { full, mask } = await readCase(folder);
  let hidden = 0;
  let observed = 0;
  full.columns.forEach((_, j) => {
    const here = hiddenRows(mask, j).length;
    if (here === 0) return;
    hidden += here;
    observed += full.rows.filter((row) => !isHole(row[j])).length;
  });
  const rate = hidden / observed;
  return {
    rate: Math.abs(rate - expected.rate) <= rateWithin ? expected.rate : Number(rate.toFixed(2)),
    rows: Math.max(mask.length, expected.rows),
  };
}

const writeSettings = (folder: string, which: Case, settings: CaseSettings): void =>
  writeFileSync(join(folder, "case.json"), `${JSON.stringify({ ...which, ...settings })}\n`);

export function findTable(data: string | undefined, table: string): string {
  if (data === undefined) {
    throw new Error(`There is no such case of ${table} yet; --data (or VHGM_DATA) must name the folder that holds ${table}/${table}.csv.`);
  }
  // A folder of its own, or one that holds several tables.
  const folders = [table, ...readdirSync(data, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)];
  const found = folders.flatMap((folder) => ["csv", "csv.gz"].map((end) => join(data, folder, `${table}.${end}`))).find(existsSync);
  if (found === undefined) throw new Error(`${data} holds no folder with ${table}.csv or ${table}.csv.gz.`);
  return found;
}

/** Makes a case by bench/peers/ampute.py. */
export const pythonMasks = (python: string, script: string): MaskMaker => async (source, folder, { mechanism, seed }, { rate, rows }) => {
  const command = [python, script, source, folder, String(rate), mechanism, String(seed), String(rows)];
  const made = await runCommands([command], { env: rivalEnvironment });
  if (!made.ok) throw new Error(`The masks of ${basename(source)} could not be made: ${made.reason}`);
};

/** Makes a case without Python. Its masks differ from those of bench/peers/ampute.py, from which the published results come. */
export const makeOwnMasks: MaskMaker = async (source, folder, which, { rate, rows }) => {
  const table = await readTable(source);
  const sample = [...permutation(table.rows.length, createRng(which.seed, 1))].slice(0, rows).sort((a, b) => a - b);
  const full = { columns: table.columns, rows: sample.map((i) => table.rows[i].map((text) => (isHole(text) ? "" : text))) };
  const mask = ampute(full, { mechanism: which.mechanism as Mechanism, rate, seed: which.seed });
  writeCsv(join(folder, "full.csv"), full);
  writeCsv(join(folder, "masked.csv"), maskTable(full, mask));
  writeFileSync(join(folder, "mask.csv"), mask.map((bits) => `${bits.join(",")}\n`).join(""));
};

/** Scores a completed table against its case. */
export async function scoreCase(folder: string, completed: string): Promise<TableScore> {
  const { full, mask } = await readCase(folder);
  return scoreTable(full, await readTable(completed), mask);
}

async function readCase(folder: string): Promise<{ full: TextTable; mask: Mask }> {
  const lines = readFileSync(join(folder, "mask.csv"), "utf8").trim().split(/\r?\n/);
  return { full: await readTable(join(folder, "full.csv")), mask: lines.map((line) => Uint8Array.from(line.split(","), Number)) };
}

async function readTable(path: string): Promise<TextTable> {
  const table = await openTable(path, path.includes(".csv") ? { delimiter: "," } : {});
  try {
    const rows: (readonly string[])[] = [];
    for await (const batch of table.batches()) rows.push(...batch);
    return { columns: table.columns, rows };
  } finally {
    await table.close();
  }
}

function writeCsv(path: string, { columns, rows }: TextTable): void {
  const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // A lone empty cell is quoted, or its line would be a blank one.
  const line = (cells: readonly string[]): string => (cells.length === 1 && cells[0] === "" ? '""' : cells.map(quoted).join(","));
  writeFileSync(path, [columns, ...rows].map((cells) => `${line(cells)}\n`).join(""));
}

export const caseFolder = (cache: string, which: Case): string => join(cache, "m", caseName(which));
