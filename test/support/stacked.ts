import { planCohort } from "../../src/cohort/simulate.js";
import type { Schema } from "../../src/schema/schema.js";

/** Attributes of the stacked cohort: shared by all, and of one or two sources; nt_probnp, pregnancies and sick_days have rules. */
export const stackedNames = [
  "age", "sex", "deprivation", "weight", "smoking", "systolic", "heart_rate", "crp", "cortisol", "nt_probnp", "pregnancies",
  "exercise_minutes", "sick_days", "perceived_stress", "self_rated_health",
] as const;

export interface Stacked {
  readonly columns: readonly string[];
  /** '' is an empty cell. */
  readonly rows: string[][];
  /** The same people before holes, in what their source records; '' also where something does not apply. */
  readonly truth: string[][];
  readonly schema: Schema;
  /** Pairs that no source records together: "a|b" in alphabetical order. */
  readonly never: ReadonlySet<string>;
}

export const pairKey = (a: string, b: string): string => [a, b].sort().join("|");

/** The three sources of a cohort under each other in one table, holes where a source lacks a column. Nobody is linked. */
export function stackCohort({ seed = 1, rows, from = 0 }: { readonly seed?: number; readonly rows: number; readonly from?: number }): Stacked {
  const plan = planCohort({ seed, rows: { checkup: from + rows, laboratory: from + rows, lifestyle: from + rows } });
  const columns = ["person_id", ...stackedNames];
  const table: string[][] = [];
  const truth: string[][] = [];
  for (const source of plan.sources) {
    const at = columns.map((name) => source.columns.indexOf(name));
    for (let i = from; i < from + rows; i++) {
      const { observed, complete } = source.row(i);
      table.push(at.map((j) => (j < 0 ? "" : observed[j])));
      truth.push(at.map((j) => (j < 0 ? "" : complete[j])));
    }
  }
  const recordedBy = (name: string): string[] => plan.sources.filter((source) => source.columns.includes(name)).map((source) => source.name);
  const never = new Set<string>();
  for (const a of stackedNames) for (const b of stackedNames) if (a < b && !recordedBy(a).some((source) => recordedBy(b).includes(source))) never.add(pairKey(a, b));
  const attributes = plan.schema.attributes.filter(({ name }) => columns.includes(name));
  return { columns, rows: table, truth, schema: { version: 1, attributes }, never };
}
