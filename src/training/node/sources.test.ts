import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createRng } from "../../base/random.js";
import { joinTables } from "../../data/sources.js";
import { memoryTable, type Table } from "../../data/table.js";
import { openSession } from "../../engine/node/session.js";
import type { Schema } from "../../schema/schema.js";
import { trainingDefaults } from "../options.js";
import { trainTable } from "./trainTable.js";

const folder = mkdtempSync(join(tmpdir(), "vhgm-sources-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const rng = createRng(1);
const rows = Array.from({ length: 60 }, (_, i) => [`P${i}`, ...Array.from({ length: 3 }, () => rng.normal().toFixed(3)), String(1 + (i % 3))]);
const columns = ["id", "x", "y", "z", "w"];
const part = (name: string, from: number, to: number, drop: number): Table => {
  const keep = columns.map((_, j) => j).filter((j) => j !== drop);
  return memoryTable(name, keep.map((j) => columns[j]), rows.slice(from, to).map((row) => keep.map((j) => row[j])));
};
const schema = (weight: "weight" | "ignore"): Schema => ({
  version: 1,
  attributes: [
    { name: "id", role: "key", type: "categorical" },
    ...["x", "y", "z"].map((name) => ({ name, role: "attribute" as const, type: "real" as const, resolution: 0.001 })),
    { name: "w", role: weight, type: "positive" },
  ],
});
const [a, b] = [part("a.csv", 0, 40, 3), part("b.csv", 30, 60, 1)];
const options = { ...trainingDefaults, network: "mlp" as const, width: 8, epochs: 3, steps: 30, memoryHeads: 1 };

test("a checkpoint belongs to its tables, their sources and weights", async () => {
  const path = join(folder, "checkpoint");
  const input = (weight: "weight" | "ignore", tables: Table[], resume: boolean) => ({ table: joinTables(tables, { schema: schema(weight) }), schema: schema(weight), options, open: openSession, checkpoint: { path, resume } });
  let epochs = 0;
  const stopped = trainTable(input("weight", [a, b], false), { onEpoch: () => epochs++, stopped: () => epochs >= 1 });
  await expect(stopped).rejects.toThrow(/progress is in .*--resume goes on from there/);
  await expect(trainTable(input("ignore", [a, b], true))).rejects.toThrow(/belongs to a training with another table and another dictionary/);
  const anew: string[] = [];
  await expect(trainTable(input("ignore", [a, b], false), { onNote: (note) => anew.push(note), stopped: () => true })).rejects.toThrow("stopped");
  expect(anew.at(-1)).toMatch(/^There is a checkpoint ".*checkpoint" of an earlier training, which this one starts anew and will replace; .* --resume/);
  const elsewhere = { ...b, name: "c.csv" };
  await expect(trainTable(input("weight", [a, elsewhere], true))).rejects.toThrow(/belongs to a training with another table;/);
  const notes: string[] = [];
  const { card } = await trainTable(input("weight", [a, b], true), { onNote: (note) => notes.push(note) });
  expect(notes).toEqual(["10 people are in several tables and were joined into one row each.", expect.stringMatching(/^Going on from .* network 1 after epoch 1\.$/)]);
  expect(card.sources).toEqual([
    { name: "a", rows: 40, attributes: 2, observedCells: 80, weight: expect.any(Number) },
    { name: "b", rows: 30, attributes: 2, observedCells: 60, weight: expect.any(Number) },
  ]);
  expect(card.population).toBe("a");
  expect(card.setAside.map(({ name }) => name)).toEqual(["id", "w"]);
});

test("columns that the dictionary does not have are told", async () => {
  const notes: string[] = [];
  const without: Schema = { version: 1, attributes: schema("ignore").attributes.filter(({ name }) => name !== "z" && name !== "w") };
  await trainTable({ table: joinTables([a, b], { schema: without }), schema: without, options, open: openSession }, { onNote: (note) => notes.push(note) });
  expect(notes[0]).toBe("Columns of a.csv + b.csv that the dictionary does not have, so that nothing is learned of them: w, z.");
});

test("a cell that cannot be read is named by its table and row, or by the person", async () => {
  const bad = memoryTable("bad.csv", ["id", "y"], [["P1", "1"], ["P99", "one"]]);
  const train = (tables: Table[], by: Schema): Promise<unknown> => trainTable({ table: joinTables(tables, { schema: by }), schema: by, options, open: openSession });
  const keyless: Schema = { version: 1, attributes: schema("ignore").attributes.slice(1) };
  await expect(train([a, bad], keyless)).rejects.toThrow("'one' is not a number, in column 'y', row 2 of bad.csv;");
  await expect(train([a, bad], schema("ignore"))).rejects.toThrow("'one' is not a number, in column 'y', the row of id 'P99' (bad);");
});
