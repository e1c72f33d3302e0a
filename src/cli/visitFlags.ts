import type { Command } from "commander";
import { VhgmError } from "../base/errors.js";
import { inspectTable } from "../data/inspect.js";
import type { FileTable } from "../data/node/open.js";
import { isJoined } from "../data/sources.js";
import { extendByVisits, withVisits } from "../data/visits.js";
import type { Schema } from "../schema/schema.js";
import type { TrainTableHooks } from "../training/node/trainTable.js";

export interface VisitFlags {
  readonly visitsBy?: string;
  readonly time?: string;
}

export const visitFlags = (command: Command): Command =>
  command
    .option("--visits-by <column>", "column that names a person: rows are visits, and each sees what the person's other visits say; with --time")
    .option("--time <column>", "column with the time of a visit: a number, such as days, or a date; rows sorted by it within a person");

/**
 * The table and the dictionary that a command learns from: with visits, if the flags or the dictionary say so.
 * @param onGuess is told what was found of the columns, where visits need a dictionary and none is given
 * @throws VhgmError "usage" for one flag without the other, or with several tables
 */
export async function openVisits(table: FileTable, schema: Schema | undefined, { visitsBy, time }: VisitFlags, onGuess?: TrainTableHooks["onGuess"]): Promise<{ table: FileTable; schema: Schema | undefined }> {
  if ((visitsBy === undefined) !== (time === undefined)) throw new VhgmError("usage", `--visits-by and --time go together: ${visitsBy === undefined ? "--visits-by names the column of the person" : "--time names the column of the visit's time"}.`);
  const visits = visitsBy !== undefined ? { person: visitsBy, time: time! } : schema?.visits;
  if (!visits) return { table, schema };
  if (isJoined(table)) throw new VhgmError("usage", "Visits are read from one table; several tables can't be learned from as visits.");
  const extended = schema?.attributes.some(({ visit }) => visit !== undefined) ? schema : extendByVisits(schema ?? (await guess(table, onGuess)), visits);
  return { schema: extended, table: withVisits(table, extended) };
}

async function guess(table: FileTable, onGuess: TrainTableHooks["onGuess"]): Promise<Schema> {
  const { schema, notes } = await inspectTable(table);
  onGuess?.(notes);
  return schema;
}

/** The table that a model of visits completes. */
export const seenByVisits = (table: FileTable, schema: Schema): FileTable => (schema.visits ? withVisits(table, schema) : table);
