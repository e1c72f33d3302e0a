/** What becomes of each cell of a batch of rows: kept, filled, or left empty, and why. */
import type { Cells } from "../data/cells.js";
import { encodeCells, type Encoded } from "../data/encode.js";
import { columnsOfPlaces } from "../data/layout.js";
import type { PredictModel } from "../model/trained.js";
import { whichApply, type Rules } from "../schema/rules.js";
import { noValue, type Truth } from "../schema/truth.js";
import { shareSeen, visibleClasses } from "./support.js";

/** `unlearned`: nothing is known of the attribute; `undecided`: whether it applies cannot be known. */
export type Fate = "kept" | "filled" | "does not apply" | "undecided" | "withheld" | "unlearned";

export interface HolesInput {
  readonly model: PredictModel;
  readonly rules: Rules;
  readonly cells: Cells;
  /** Whether the table's cell is empty; a text that is no level of the attribute is not. Absent columns are. */
  isHole(row: number, place: number): boolean;
  readonly strict: boolean;
  readonly fewest: number;
}

/** A batch of rows as the model and the rules see them. */
export interface Holes {
  readonly encoded: Encoded;
  /** (rows) of (places): observed values, NaN for holes; cells that contradict a rule are holes. */
  readonly values: readonly Float64Array[];
  /** Cells that hold a value although the attribute does not apply: they are not used. */
  readonly contradictions: readonly { readonly row: number; readonly place: number }[];
  /** Share of the row's visible columns that were seen together with a column in training. */
  support(row: number, column: number): number;
  /** @param applies which attributes apply to the person, as far as it is known by now */
  fate(row: number, place: number, applies: readonly Truth[]): Fate;
}

/** Looks at a batch: takes out what contradicts the rules, and finds what an answer would rest on. */
export function lookAtHoles({ model, rules, cells, isHole, strict, fewest }: HolesInput): Holes {
  const { together, layout } = model;
  const places = rules.attributes.length;
  const ruled = rules.rules.length > 0;
  const columnOf = columnsOfPlaces(layout, places);
  const contradictions: { row: number; place: number }[] = [];
  const kept = ruled ? cells.values.map((column, at) => (rules.ruleOf[at] ? column.slice() : column)) : cells.values;
  const applies: Truth[][] = [];
  const values = Array.from({ length: ruled ? cells.rows : 0 }, (_, r) => {
    const row = Float64Array.from(cells.values, (column, at) => (Number.isNaN(column[r]) && !isHole(r, at) ? noValue : column[r]));
    applies.push(whichApply(rules, (at) => row[at]));
    for (const { attribute } of rules.rules) {
      if (applies[r][attribute] !== false || Number.isNaN(row[attribute])) continue;
      contradictions.push({ row: r, place: attribute });
      row[attribute] = kept[attribute][r] = NaN;
    }
    return row;
  });
  const encoded = encodeCells({ ...cells, values: kept }, layout);
  const p = layout.columns.length;
  const classes = together && Array.from({ length: cells.rows }, (_, r) => visibleClasses(together, encoded.observed.subarray(r * p, (r + 1) * p)));
  const support = (r: number, j: number): number => (together ? shareSeen(together, j, classes![r], fewest) : 1);

  /** Whether an answer is withheld: for its own sake, or for that of a gate that would have to be filled to decide on it. */
  function isWithheld(r: number, at: number): boolean {
    if (!strict || columnOf[at] < 0) return false;
    if (support(r, columnOf[at]) < 1) return true;
    return ruled && applies[r][at] === null && rules.ruleOf[at]!.gates.some((gate) => Number.isNaN(values[r][gate]) && isWithheld(r, gate));
  }

  return {
    encoded,
    values,
    contradictions,
    support,
    fate: (r, at, known) => {
      if (!isHole(r, at)) return "kept";
      if (known[at] === false) return "does not apply";
      if (columnOf[at] < 0) return "unlearned";
      if (isWithheld(r, at)) return "withheld";
      return known[at] === null ? "undecided" : "filled";
    },
  };
}
