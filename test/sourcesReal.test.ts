import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRng, permutation } from "../src/base/random.js";
import { inspectSources } from "../src/data/inspectSources.js";
import { openTable } from "../src/data/node/open.js";
import { joinTables } from "../src/data/sources.js";
import { memoryTable, type Table, type TextRow } from "../src/data/table.js";
import { openSession } from "../src/engine/node/session.js";
import { createImputer } from "../src/inference/impute.js";
import { openPredictor } from "../src/inference/predictor.js";
import type { Schema } from "../src/schema/schema.js";
import { trainTable } from "../src/training/node/trainTable.js";
import { trainingDefaults } from "../src/training/options.js";

const file = join(process.env.VHGM_DATA ?? "../shared/data", "nhanes_2009_2012/nhanes_2009_2012.csv.gz");
const skip = !existsSync(file);

const shared = ["Gender", "Age", "Race1", "Education", "Poverty", "Weight", "Height", "BMI", "BPSysAve", "BPDiaAve", "TotChol", "DirectChol"];
/** Columns of one of two studies only. */
const own = { large: ["Pulse", "UrineVol1", "HomeRooms", "Work"], small: ["Diabetes", "HealthGen", "SleepHrsNight", "PhysActive", "Smoke100", "DaysPhysHlthBad"] };
const numbers = ["Age", "Poverty", "Weight", "Height", "BMI", "BPSysAve", "BPDiaAve", "TotChol", "DirectChol"];

async function adults(): Promise<{ columns: readonly string[]; rows: TextRow[] }> {
  const table = await openTable(file);
  const age = table.columns.indexOf("Age");
  const rows: TextRow[] = [];
  for await (const batch of table.batches()) rows.push(...batch.filter((row) => Number(row[age]) >= 20));
  const order = permutation(rows.length, createRng(7));
  return { columns: table.columns, rows: [...order].map((i) => rows[i]) };
}

/** Root mean squared error of hidden cells, in standard deviations, by column. */
async function errors(schema: Schema, table: Table, test: readonly TextRow[], columns: readonly string[]): Promise<Map<string, number>> {
  const options = { ...trainingDefaults, network: "mlp" as const, width: 64, steps: 800 };
  const bundle = await trainTable({ table, schema, options, open: openSession });
  const predictor = await openPredictor(bundle.model, openSession);
  const rng = createRng(11);
  const hidden = test.map((row) => row.map((cell, j) => (shared.includes(columns[j]) && rng.uniform() < 0.3 ? "" : cell)));
  const [completed] = await createImputer(predictor, bundle.schema, columns, "test.csv").complete(hidden);
  await predictor.close();
  return new Map(
    numbers.map((name) => {
      const j = columns.indexOf(name);
      const all = test.map((row) => row[j]).filter((cell) => cell !== "" && cell !== "NA").map(Number);
      const mean = all.reduce((a, b) => a + b, 0) / all.length;
      const variance = all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length;
      const squared = test.flatMap((row, i) => (row[j] !== "" && row[j] !== "NA" && hidden[i][j] === "" ? [(Number(row[j]) - Number(completed[i][j])) ** 2] : []));
      return [name, Math.sqrt(squared.reduce((a, b) => a + b, 0) / squared.length / variance)];
    }),
  );
}

test.skipIf(skip)(`two studies pooled fill a small study's shared columns better than it does alone${skip ? ` (skipped: set VHGM_DATA to the folder of the real tables)` : ""}`, async () => {
  const { columns, rows } = await adults();
  const pick = (name: string, names: readonly string[], from: number, to: number): Table => {
    const at = names.map((column) => columns.indexOf(column));
    return memoryTable(name, names, rows.slice(from, to).map((row) => at.map((j) => row[j])));
  };
  const ofSmall = [...shared, ...own.small];
  const small = pick("small.csv", ofSmall, 0, 150);
  const large = pick("large.csv", [...shared, ...own.large], 150, 1350);
  const places = ofSmall.map((column) => columns.indexOf(column));
  const people = rows.slice(2000, 2600).map((row) => places.map((j) => row[j]));
  const joined = joinTables([small, large]);
  const { schema } = await inspectSources(joined.sources);
  const alone = await errors(schema, small, people, ofSmall);
  const pooled = await errors(schema, joinTables([small, large], { schema }), people, ofSmall);
  const mean = (of: Map<string, number>): number => [...of.values()].reduce((a, b) => a + b, 0) / of.size;
  expect(mean(pooled)).toBeLessThan(mean(alone) - 0.01);
  expect([...pooled].filter(([name, error]) => error < alone.get(name)!).length).toBeGreaterThanOrEqual(6);
}, 180_000);
