import { describe, expect, it } from "vitest";
import { joinTables } from "../../data/sources.js";
import { memoryTable, type Table } from "../../data/table.js";
import type { Schema } from "../../schema/schema.js";
import { readCells } from "./readCells.js";

const schema: Schema = { version: 1, attributes: [{ name: "x", role: "attribute", type: "count" }, { name: "w", role: "weight", type: "real" }] };
const rows = Array.from({ length: 3000 }, (_, i) => [String(i), "1"]);
const table = memoryTable("t.csv", ["x", "w"], rows);

async function read(from: Table, maxRows?: number, seed = 1) {
  const notes: string[] = [];
  const phases: string[] = [];
  const found = await readCells(from, schema, { maxRows, seed }, { onNote: (note) => notes.push(note), onPhase: (phase) => phases.push(phase) });
  return { ...found, notes, phases };
}

describe("reading the cells of a training", () => {
  it("keeps all rows of a table that is short enough, and reads it once", async () => {
    for (const maxRows of [undefined, 3000]) {
      const { cells, tableRows, notes, phases } = await read(table, maxRows);
      expect([...cells.values[0]]).toEqual(rows.map((_, i) => i));
      expect({ tableRows, notes, phases }).toEqual({ tableRows: 3000, notes: [], phases: ["reading"] });
    }
  });

  it("draws a sample of a longer one by the seed, in the order of the table, and says so", async () => {
    const { cells, tableRows, notes, phases } = await read(table, 1000);
    const kept = [...cells.values[0]];
    expect([cells.rows, cells.weight!.length, tableRows]).toEqual([1000, 1000, 3000]);
    expect([...new Set(kept)].sort((a, b) => a - b)).toEqual(kept);
    expect(kept.filter((x) => x < 1500).length / 1000).toBeCloseTo(0.5, 1);
    expect(notes).toEqual(["t.csv has 3000 rows; the model learns from a sample of 1000 of them. --max-rows keeps more in memory."]);
    expect(phases).toEqual(["reading", "reading a sample"]);
    expect([...(await read(table, 1000)).cells.values[0]]).toEqual(kept);
    expect([...(await read(table, 1000, 2)).cells.values[0]]).not.toEqual(kept);
  });

  it("names the row of the file in messages", async () => {
    const from = (column: number, text: string) => memoryTable("bad.csv", ["x", "w"], rows.map((row, i) => (i < 2900 ? row : row.map((cell, j) => (j === column ? text : cell)))));
    await expect(read(from(0, "many"), 1000)).rejects.toThrow(/^'many' is not a number, in column 'x', row 29\d\d of bad.csv;/);
    await expect(read(from(1, "-1"), 1000)).rejects.toThrow(/^'-1' is no weight, in column 'w', row 29\d\d of bad.csv;/);
  });

  it("samples each of several tables for itself, so that a short one stays", async () => {
    const short = memoryTable("short.csv", ["x", "w"], rows.slice(0, 100));
    const { cells, notes } = await read(joinTables([table, short]), 1000);
    expect(cells.rows).toBe(1000);
    const sizes = cells.origins!.map((origin, k) => [cells.sources![origin[0]].name, cells.source!.filter((s) => s === k).length]);
    expect(sizes).toEqual([["t", 900], ["short", 100]]);
    expect(notes[0]).toContain("(900 of 3000 of t, 100 of 100 of short)");
  });
});
