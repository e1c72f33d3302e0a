import { VhgmError } from "../../base/errors.js";
import { CellsBuilder, type Cells } from "../../data/cells.js";
import { originsReader } from "../../data/origins.js";
import { createRowSample } from "../../data/rowSample.js";
import { isJoined } from "../../data/sources.js";
import type { Table, TextRow } from "../../data/table.js";
import type { Schema } from "../../schema/schema.js";

/** Most rows that a training holds in memory unless it is told otherwise. */
export const defaultMaxRows = 200_000;

export interface ReadCellsOptions {
  /** Of a longer table so many rows are kept: a sample of each source's. */
  readonly maxRows?: number;
  readonly seed: number;
}

export interface ReadCellsHooks {
  onPhase?(phase: string): void;
  onRows?(rows: number): void;
  onNote?(note: string): void;
  stopped?(): boolean;
}

/**
 * The cells of a table, or of a sample of its rows in their order. @returns also how many rows the table has
 * @throws VhgmError "data" for a cell that can't be read, "cancelled" when stopped
 */
export async function readCells(table: Table, schema: Schema, { maxRows = defaultMaxRows, seed }: ReadCellsOptions, hooks: ReadCellsHooks): Promise<{ cells: Cells; tableRows: number }> {
  hooks.onPhase?.("reading");
  const onRows = rowCounter(hooks);
  const sourceAt = isJoined(table) ? table.columns.length - 1 : -1;
  const groupOf = (row: TextRow): string => (sourceAt < 0 ? "" : row[sourceAt]);
  const counts = new Map<string, number>();
  let whole: Reading | undefined = openReading(table, schema);
  let rows = 0;
  for await (const batch of table.batches()) {
    for (const row of batch) counts.set(groupOf(row), (counts.get(groupOf(row)) ?? 0) + 1);
    onRows((rows += batch.length));
    if (rows > maxRows) whole = undefined;
    whole?.add(batch);
  }
  if (whole) return { cells: whole.finish(hooks), tableRows: rows };
  hooks.onPhase?.("reading a sample");
  const sample = createRowSample(counts, maxRows, seed);
  const places: number[] = [];
  const reading = openReading(table, schema, places);
  let seen = 0;
  for await (const batch of table.batches()) {
    const chosen = batch.filter((row, i) => {
      const kept = sample.keep(groupOf(row));
      if (kept) places.push(seen + i);
      return kept;
    });
    reading.add(chosen);
    onRows((seen += batch.length));
  }
  const parts = sample.kept.size > 1 ? ` (${[...sample.kept].map(([group, kept]) => `${kept} of ${counts.get(group)} of ${group}`).join(", ")})` : "";
  hooks.onNote?.(`${table.name} has ${rows} rows; the model learns from a sample of ${maxRows} of them${parts}. --max-rows keeps more in memory.`);
  return { cells: reading.finish(hooks), tableRows: rows };
}

interface Reading {
  add(rows: readonly TextRow[]): void;
  finish(hooks: ReadCellsHooks): Cells;
}

/** @param places of the added rows in the table, where they are not all of its rows */
function openReading(table: Table, schema: Schema, places?: readonly number[]): Reading {
  const joined = isJoined(table) ? table : undefined;
  const placeOf = places || joined ? (row: number): string => wordsFor(places?.[row] ?? row) : undefined;
  const wordsFor = (row: number): string => joined?.placeOf(row) ?? `row ${row + 1} of ${table.name}`;
  const builder = new CellsBuilder(schema, table.columns, table.name, 0, placeOf);
  const origins = originsReader(schema, table, placeOf);
  return {
    add(rows) {
      builder.add(rows);
      origins.add(rows);
    },
    finish(hooks) {
      for (const { name, text, count } of builder.unknownLevels) {
        hooks.onNote?.(`${count === 1 ? "One cell" : `${count} cells`} of ${name} held no level of the dictionary, for instance '${text}', and ${count === 1 ? "was" : "were"} taken as missing.`);
      }
      if (joined) for (const note of joined.notes) hooks.onNote?.(note);
      return { ...builder.finish(), ...origins.finish() };
    },
  };
}

/** Reports rows, and ends the reading when the person asked to stop. */
export function rowCounter(hooks: Pick<ReadCellsHooks, "onRows" | "stopped">): (rows: number) => void {
  return (rows) => {
    hooks.onRows?.(rows);
    if (hooks.stopped?.()) throw new VhgmError("cancelled", "The training was stopped; nothing was written.");
  };
}
