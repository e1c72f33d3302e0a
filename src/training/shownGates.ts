/** Held-out cells of attributes that do not apply to everybody are asked as they are in use: with the gates that they hang on known. */
import type { Rng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { columnsOfPlaces, type Layout } from "../data/layout.js";
import { compileRules } from "../schema/rules.js";

/** (columns) the columns of the gates that each column hangs on, directly or through other gates; null where no column has any. */
export type GatesOf = readonly (readonly number[])[] | null;

export function gatesOf({ attributes }: Pick<Cells, "attributes">, layout: Layout): GatesOf {
  const rules = compileRules({ attributes: [...attributes] });
  const columnOf = columnsOfPlaces(layout, attributes.length);
  const learned = rules.gates.filter((gate) => columnOf[gate] >= 0);
  const gates = layout.columns.map(({ source }) => learned.filter((gate) => rules.dependents[gate].includes(source)).map((gate) => columnOf[gate]));
  return gates.some((own) => own.length > 0) ? gates : null;
}

/**
 * Shows gates in rows of which little is seen, or leaves cells out. Before an attribute is asked that does not apply to everybody, unknown gates are filled
 * (inference/applies.ts, decide.ts); with its gate hidden, a test of those over 60 alone is predicted for people of all ages, and is wrong by as much. By a
 * coin a row with such held-out cells shows their gates and counts for these cells alone, or shows none and counts for the others.
 * @param visible (rows, columns) changed in place
 * @param held (rows, columns) changed in place
 * @param known (rows, columns) cells that may be shown
 * @param show whether gates may be shown at all; without it those held-out cells are left out
 */
export function showGates(gates: GatesOf, { visible, held, known }: { visible: Uint8Array; held: Uint8Array; known: Uint8Array }, show: boolean, rng: Rng): void {
  if (!gates) return;
  const p = gates.length;
  for (let start = 0; start < held.length; start += p) {
    const hidden = (gate: number): boolean => visible[start + gate] === 0;
    const waiting = gates.flatMap((own, j) => (held[start + j] && own.some(hidden) ? [j] : []));
    const answerable = show ? waiting.filter((j) => gates[j].every((gate) => known[start + gate])) : [];
    if (answerable.length > 0 && rng.uniform() < 0.5) {
      for (let j = 0; j < p; j++) if (!answerable.includes(j)) held[start + j] = 0;
      for (const j of answerable) for (const gate of gates[j]) visible[start + gate] = 1;
    } else for (const j of waiting) held[start + j] = 0;
  }
}
