/** Who an attribute applies to, where that hangs on cells that are holes themselves: gates are filled first and decide. */
import { copyOf, pickTable, writeFeatures, type Encoded } from "../data/encode.js";
import { columnsOfPlaces, type Layout } from "../data/layout.js";
import type { MemberPaths } from "../model/predictive.js";
import { whichApply, type Rules } from "../schema/rules.js";
import type { Truth } from "../schema/truth.js";
import { bestGateValue } from "./gates.js";
import type { Predictor } from "./predictor.js";

/** A row of the graph's outputs. */
export interface Outputs {
  readonly paths: readonly MemberPaths[];
  readonly i: number;
}

/** One person: what the rules see, and what they say. */
export interface DecidedRow {
  /** (places) observed values, and those of gates that were holes. */
  readonly values: Float64Array;
  /** (places) */
  readonly applies: readonly Truth[];
  /** Outputs to answer a place from: they have seen the gates that decided on it. */
  outputs(place: number): Outputs;
}

export interface DecideInput {
  readonly predictor: Predictor;
  readonly rules: Rules;
  readonly encoded: Encoded;
  /** (rows) of (places), as the rules see them. */
  readonly values: readonly Float64Array[];
  /** The graph's outputs for `encoded`. */
  readonly paths: readonly MemberPaths[];
  /** Whether a hole is to be filled. */
  wanted(row: number, place: number): boolean;
}

/** Fills gates with their best points, a depth at a time, each seeing those above it. A row's result depends on that row only. */
export async function decideRows({ predictor, rules, encoded, values, paths, wanted }: DecideInput): Promise<DecidedRow[]> {
  const { model } = predictor;
  const columnOf = columnsOfPlaces(model.layout, rules.attributes.length);
  const rows = values.map((row, r) => openRow(rules, row, { paths, i: r }));
  const people = predictor.find(encoded);
  const deepest = Math.max(0, ...rules.gates.map((gate) => rules.depth[gate]));
  const work = copyOf(encoded);
  for (let depth = 0; depth <= deepest; depth++) {
    const gates = rules.gates.filter((gate) => rules.depth[gate] === depth);
    const changed = rows.flatMap((row, r) => {
      const filled = gates.filter((gate) => {
        const needed = wanted(r, gate) || rules.dependents[gate].some((at) => row.open[at] && wanted(r, at));
        if (!needed || columnOf[gate] < 0 || !Number.isNaN(row.values[gate]) || row.applies[gate] !== true) return false;
        const { paths: seen, i } = row.outputs(gate);
        row.decide(gate, bestGateValue(model, rules, seen, i, columnOf[gate], row.values));
        showCell(work, model.layout, r, columnOf[gate], row.values[gate]);
        return true;
      });
      const waiting = row.open.some((open, at) => open && rules.depth[at] > depth && row.applies[at] !== false && (wanted(r, at) || rules.dependents[at].length > 0));
      return filled.length > 0 && waiting ? [r] : [];
    });
    if (changed.length === 0) continue;
    const shown = pickTable(work, model.layout, Int32Array.from(changed));
    const outputs = await predictor.run(shown, BigInt64Array.from(changed, (r) => people[r]));
    changed.forEach((r, i) => rows[r].seen.push({ depth: depth + 1, paths: outputs, i }));
  }
  return rows;
}

function openRow(rules: Rules, observed: Float64Array, first: Outputs) {
  const values = observed.slice();
  const applies = whichApply(rules, (at) => values[at]);
  const seen: (Outputs & { depth: number })[] = [{ depth: 0, ...first }];
  return {
    values,
    applies,
    seen,
    /** (places) whether it was unknown from the start if the attribute applies. */
    open: applies.map((truth) => truth === null),
    decide(gate: number, value: number): void {
      values[gate] = value;
      whichApply(rules, (at) => values[at]).forEach((truth, at) => (applies[at] = truth));
    },
    outputs(place: number): Outputs {
      return this.open[place] ? seen.findLast(({ depth }) => depth <= rules.depth[place])! : seen[0];
    },
  };
}

/** Shows the model a value in the place of a hole. */
export function showCell({ features, observed }: Encoded, layout: Layout, r: number, j: number, value: number): void {
  const column = layout.columns[j];
  writeFeatures(column, value, features, r * layout.features + column.first);
  observed[r * layout.columns.length + j] = 1;
}
