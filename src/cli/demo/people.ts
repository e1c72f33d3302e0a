import { createRng, type Rng } from "../../base/random.js";
import type { SourceName } from "../../cohort/population.js";
import { keyColumn, planCohort, type SourcePlan } from "../../cohort/simulate.js";
import type { TextRow } from "../../data/table.js";
import type { Schema } from "../../schema/schema.js";

/** Share of the observed cells that the demo hides. */
export const hiddenShare = 0.2;
const stream = 0xde30;

/** One simulated table as its owner has it, and what only the simulation knows. */
export interface DemoTable {
  readonly name: SourceName;
  readonly columns: readonly string[];
  /** With its own holes and the hidden cells. */
  readonly rows: readonly TextRow[];
  /** Without holes; what does not apply to a person is empty. */
  readonly truth: readonly TextRow[];
  /** Columns of each row whose cell the demo hid. */
  readonly hidden: readonly (readonly number[])[];
}

/** People of the laboratory study and of the survey for each one of the check-up. */
const shares: Readonly<Record<SourceName, number>> = { checkup: 1, laboratory: 0.3, lifestyle: 0.5 };

/** Invents three tables that share seven columns and some people, and hides a share of their cells at random; the key stays. */
export function inventTables(count: number, seed: number): { readonly tables: readonly DemoTable[]; readonly schema: Schema } {
  const rows = Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, Math.round(share * count)]));
  const { sources, schema } = planCohort({ seed, rows });
  return { tables: sources.map((source, s) => hideCells(source, createRng(seed, stream, s))), schema };
}

function hideCells(source: SourcePlan, rng: Rng): DemoTable {
  const people = Array.from({ length: source.rowCount }, (_, i) => source.row(i));
  const hidden = people.map(({ observed }) =>
    source.columns.flatMap((name, j) => (rng.uniform() < hiddenShare && name !== keyColumn && observed[j] !== "" ? [j] : [])),
  );
  const rows = people.map(({ observed }, i) => observed.map((cell, j) => (hidden[i].includes(j) ? "" : cell)));
  return { name: source.name, columns: source.columns, rows, truth: people.map(({ complete }) => complete), hidden };
}
