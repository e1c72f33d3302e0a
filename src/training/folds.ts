import { createRng } from "../base/random.js";
import type { Encoded } from "../data/encode.js";

/** Which cells a member learns from and which it holds out; both (rows, columns), holes are 0 in both. */
export interface Fold {
  readonly train: Uint8Array;
  readonly held: Uint8Array;
  readonly heldCells: number;
}

/**
 * Member k of a training holds out the cells whose uniform number lies in [k share, (k + 1) share) modulo 1: members
 * hold out different cells until the share is used up. A column keeps at least two training cells.
 */
export function makeFold(table: Encoded, columns: number, seed: number, member: number, share: number): Fold {
  const rng = createRng(seed, 0xf01d);
  const low = (member * share) % 1;
  const train = new Uint8Array(table.observed.length);
  const held = new Uint8Array(table.observed.length);
  const left = new Int32Array(columns);
  for (let i = 0; i < table.observed.length; i++) left[i % columns] += table.observed[i];
  let heldCells = 0;
  for (let i = 0; i < table.observed.length; i++) {
    const u = rng.uniform();
    if (!table.observed[i]) continue;
    const inFold = (u - low + 1) % 1 < share;
    if (inFold && left[i % columns] > 2) {
      held[i] = 1;
      heldCells++;
      left[i % columns]--;
    } else {
      train[i] = 1;
    }
  }
  return { train, held, heldCells };
}

/** The table as a member sees it: held-out cells are holes. */
export function maskedTable(table: Encoded, bits: Uint8Array, layout: { columns: readonly { first: number; width: number }[]; features: number }): Encoded {
  const features = table.features.slice();
  const p = layout.columns.length;
  for (let i = 0; i < table.rows; i++) {
    for (let j = 0; j < p; j++) {
      if (bits[i * p + j]) continue;
      const { first, width } = layout.columns[j];
      const start = i * layout.features + first;
      for (let at = start; at < start + width; at++) features[at] = 0;
    }
  }
  return { rows: table.rows, features, observed: bits };
}
