import type { Rng } from "../base/random.js";
import type { MaskContext, MaskingStrategy } from "../model/masking/index.js";

/**
 * What a strategy leaves visible of some rows.
 * @param bits (rows, columns) the cells that may be hidden
 * @param contextOf what the strategy may look at beside a row's own cells; asked once a row, in order, before the row's cells are hidden
 */
export function leftVisible(strategy: MaskingStrategy, bits: Uint8Array, columns: number, rng: Rng, contextOf: (row: number) => Omit<MaskContext, "observed">): Uint8Array {
  const hidden = new Uint8Array(columns);
  const visible = bits.slice();
  for (let r = 0; r * columns < bits.length; r++) {
    const observed = bits.subarray(r * columns, (r + 1) * columns);
    strategy.hide({ observed, ...contextOf(r) }, rng, hidden);
    for (let j = 0; j < columns; j++) if (hidden[j]) visible[r * columns + j] = 0;
  }
  return visible;
}
