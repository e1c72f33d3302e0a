/** Who grows trees: the calling thread, or threads that each take the next column. */
import { createRng } from "../../base/random.js";
import type { BinnedTable } from "./binned.js";
import type { Trees } from "./forest.js";
import { growTrees, type GrowInput } from "./growTrees.js";

/** One column's trees to be grown; they depend on nothing but this and the table. */
export interface ColumnJob extends Omit<GrowInput, "table" | "rng"> {
  readonly seed: number;
  readonly column: number;
}

/** Holds a table and does one job at a time. */
export interface Grower {
  grow(job: ColumnJob): Promise<Trees>;
  close(): Promise<void>;
}

export type GrowerFactory = (table: BinnedTable) => Grower;

export const growColumn = (table: BinnedTable, { seed, column, ...job }: ColumnJob): Trees => growTrees({ ...job, table, rng: createRng(seed, 0x7e3, column) });

/** Grows in the calling thread. */
export const growHere: GrowerFactory = (table) => ({ grow: async (job) => growColumn(table, job), close: async () => {} });
