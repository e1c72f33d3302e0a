/**
 * Filling rows that the model has never seen: rows a second, and how long one record takes. The model is trained for a few
 * steps only, which changes its answers and not its speed. Rivals complete a small table, which for them includes learning it.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng, permutation } from "../../src/base/random.js";
import type { Bundle } from "../../src/bundle/bundle.js";
import { readBundle } from "../../src/bundle/node/files.js";
import { csvFormatter } from "../../src/data/node/csvformat.js";
import { openTable } from "../../src/data/node/open.js";
import type { TextRow } from "../../src/data/table.js";
import { openSession } from "../../src/engine/node/session.js";
import { rivalEnvironment, runCommands } from "../../src/evaluation/node/process.js";
import { createImputer } from "../../src/inference/impute.js";
import { openPredictor, type Predictor } from "../../src/inference/predictor.js";
import { predict } from "../../src/inference/predict.js";
import type { Method } from "../methods.js";
import { inventPeople } from "./people.js";
import { quickModel } from "./quickModel.js";
import { spread, type Spread } from "./spread.js";

export interface ImputeSettings {
  /** The built command line program. */
  readonly main: string;
  /** Folder with nhanes_2013_wide. */
  readonly data: string;
  readonly trainRows: number;
  readonly newRows: number;
  /** Single records whose time is taken. */
  readonly records: number;
  readonly rivals: readonly Method[];
  /** Rows of the table that rivals complete, and processor seconds that they get. */
  readonly rivalRows: number;
  readonly rivalSeconds: number;
  /** Part of the names of the tables to run; both by default. */
  readonly only: string;
  readonly say: (line: string) => void;
}

export interface ImputeResult {
  readonly table: string;
  readonly columns: number;
  /** Rows a second, over batches; by the clock and by processor time. */
  readonly rowsPerSecond: { readonly wall: Spread; readonly cpu: Spread };
  /** Milliseconds for one record whose holes are all filled. */
  readonly record: { readonly wall: Spread; readonly cpu: Spread };
  /** Milliseconds for a question of 20 given and 100 asked attributes. */
  readonly question: { readonly wall: Spread; readonly cpu: Spread };
  readonly rivals: Readonly<Record<string, { readonly seconds: number; readonly rowsPerSecond: number } | { readonly reason: string }>>;
}

interface Rows {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly TextRow[];
}

const batch = 256;

export async function measureImputing(settings: ImputeSettings): Promise<ImputeResult[]> {
  const results: ImputeResult[] = [];
  for (const make of [narrow, wide]) {
    const found = make(settings);
    if (!found.name.includes(settings.only)) continue;
    const table = await found.read();
    if (table === null) settings.say(`${found.name} is left out: there is no table in ${settings.data}.`);
    else results.push(await measureTable(table, settings));
  }
  return results;
}

function narrow({ trainRows, newRows }: ImputeSettings) {
  const name = "77 invented columns";
  return {
    name,
    read: async (): Promise<Rows> => {
      const { names, person } = inventPeople(47, 30, createRng(7));
      return { name, columns: names, rows: Array.from({ length: trainRows + newRows }, () => person(0.3)) };
    },
  };
}

function wide({ data, trainRows, newRows }: ImputeSettings) {
  const name = "nhanes_2013_wide";
  return {
    name,
    read: async (): Promise<Rows | null> => {
      const path = join(data, name, `${name}.csv.gz`);
      if (!existsSync(path)) return null;
      const table = await openTable(path);
      const all: TextRow[] = [];
      for await (const rows of table.batches()) all.push(...rows);
      await table.close();
      const order = permutation(all.length, createRng(7));
      return { name, columns: table.columns, rows: Array.from(order.subarray(0, trainRows + newRows), (i) => all[i]) };
    },
  };
}

async function measureTable({ name, columns, rows }: Rows, settings: ImputeSettings): Promise<ImputeResult> {
  const { trainRows, newRows, records, say } = settings;
  say(`${name}: learning ${trainRows} rows for a few steps …`);
  const bundle = await learn(settings.main, columns, rows.slice(0, trainRows));
  const predictor = await openPredictor(bundle.model, openSession);
  try {
    const fresh = rows.slice(trainRows, trainRows + newRows);
    const result: ImputeResult = {
      table: name,
      columns: columns.length,
      rowsPerSecond: await rowRate(predictor, bundle, columns, fresh),
      record: await repeated(records, (k) => imputerOf(predictor, bundle, columns).complete([fresh[k % fresh.length]])),
      question: await questions(predictor, bundle, records),
      rivals: await measureRivals({ name, columns, rows: rows.slice(0, settings.rivalRows) }, settings),
    };
    say(line(result));
    return result;
  } finally {
    await predictor.close();
  }
}

async function learn(main: string, columns: readonly string[], rows: readonly TextRow[]): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "vhgm-speed-"));
  try {
    return await readBundle(await quickModel(main, folder, columns, rows));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const imputerOf = (predictor: Predictor, bundle: Bundle, columns: readonly string[]) => createImputer(predictor, bundle.schema, columns, "the rows");

async function rowRate(predictor: Predictor, bundle: Bundle, columns: readonly string[], rows: readonly TextRow[]): Promise<ImputeResult["rowsPerSecond"]> {
  const imputer = imputerOf(predictor, bundle, columns);
  await imputer.complete(rows.slice(0, batch)); // warm
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let first = 0; first + batch <= rows.length; first += batch) {
    const time = await timed(() => imputer.complete(rows.slice(first, first + batch)));
    wall.push((1000 * batch) / time.wall);
    cpu.push((1000 * batch) / time.cpu);
  }
  return { wall: spread(wall), cpu: spread(cpu) };
}

/** Milliseconds by the clock and of the processor. */
async function timed(act: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const before = process.cpuUsage();
  const begun = performance.now();
  await act();
  const wall = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (user + system) / 1000 };
}

async function repeated(times: number, act: (k: number) => Promise<unknown>): Promise<ImputeResult["record"]> {
  for (let k = 0; k < 10; k++) await act(k); // warm
  const all: { wall: number; cpu: number }[] = [];
  for (let k = 0; k < times; k++) all.push(await timed(() => act(k)));
  return { wall: spread(all.map(({ wall }) => wall)), cpu: spread(all.map(({ cpu }) => cpu)) };
}

/** Attributes at their usual values are given, others asked. */
async function questions(predictor: Predictor, { schema }: Bundle, times: number): Promise<ImputeResult["question"]> {
  const { answers } = await predict(predictor, schema, {});
  const usual = answers.filter(({ median, mode }) => (median ?? mode) !== undefined);
  const rng = createRng(3);
  const asked = Math.min(100, usual.length - 20);
  return repeated(times, () => {
    const order = Array.from(permutation(usual.length, rng), (k) => usual[k]);
    const given = Object.fromEntries(order.slice(0, 20).map(({ name, median, mode }) => [name, median ?? mode ?? null]));
    return predict(predictor, schema, given, { ask: order.slice(20, 20 + asked).map(({ name }) => name) });
  });
}

async function measureRivals({ columns, rows }: Rows, { rivals, rivalSeconds, say }: ImputeSettings): Promise<ImputeResult["rivals"]> {
  if (rivals.length === 0) return {};
  const folder = mkdtempSync(join(tmpdir(), "vhgm-speed-"));
  try {
    const { header, row } = csvFormatter(",");
    const input = join(folder, "masked.csv");
    writeFileSync(input, header(columns) + rows.map(row).join(""));
    const results: Record<string, ImputeResult["rivals"][string]> = {};
    for (const rival of rivals) {
      const { ok, seconds, reason } = await runCommands(rival.commands(input, join(folder, `${rival.name}.csv`)), { seconds: rivalSeconds, env: rivalEnvironment });
      results[rival.name] = ok ? { seconds, rowsPerSecond: rows.length / seconds } : { reason };
      say(`  ${rival.name}: ${ok ? `${seconds.toFixed(1)} s for ${rows.length} rows` : `not finished (${reason})`}`);
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function line({ table, columns, rowsPerSecond, record, question, rivals }: ImputeResult): string {
  const time = ({ wall, cpu }: ImputeResult["record"]): string => `${wall.median.toFixed(1)} ms (processor ${cpu.median.toFixed(1)})`;
  const { wall, cpu } = rowsPerSecond;
  const others = Object.entries(rivals).flatMap(([name, rival]) => ("seconds" in rival ? [`${(wall.median / rival.rowsPerSecond).toFixed(0)} times ${name}'s`] : []));
  return (
    `${table}, ${columns} columns: ${wall.median.toFixed(0)} rows/s (per processor second ${cpu.median.toFixed(0)})` +
    `${others.length > 0 ? `, ${others.join(", ")}` : ""}; one record ${time(record)}; 20 given, 100 asked ${time(question)}`
  );
}
