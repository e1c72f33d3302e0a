import { createRng } from "../../base/random.js";
import { keyColumn, planCohort } from "../../cohort/simulate.js";
import type { TextRow } from "../../data/table.js";

/** Share of the observed cells that the demo hides. */
export const hiddenShare = 0.2;
const stream = 0xde30;

/** A simulated check-up table as its owner has it, and what only the simulation knows. */
export interface DemoPeople {
  readonly columns: readonly string[];
  /** With its own holes and the hidden cells. */
  readonly rows: readonly TextRow[];
  /** Without holes. */
  readonly truth: readonly TextRow[];
  /** Columns of each row whose cell the demo hid. */
  readonly hidden: readonly (readonly number[])[];
}

/** Invents people of the check-up, and hides a share of their cells at random; the key stays. */
export function inventPeople(count: number, seed: number): DemoPeople {
  const source = planCohort({ seed, rows: { checkup: count, laboratory: 0, lifestyle: 0 } }).sources[0];
  const people = Array.from({ length: count }, (_, i) => source.row(i));
  const rng = createRng(seed, stream);
  const hidden = people.map(({ observed }) =>
    source.columns.flatMap((name, j) => (rng.uniform() < hiddenShare && name !== keyColumn && observed[j] !== "" ? [j] : [])),
  );
  const rows = people.map(({ observed }, i) => observed.map((cell, j) => (hidden[i].includes(j) ? "" : cell)));
  return { columns: source.columns, rows, truth: people.map(({ complete }) => complete), hidden };
}
