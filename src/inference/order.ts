/** Numbers that are always smaller than others (`less_than`), in a row that was filled. */
import type { Less } from "../schema/less.js";
import type { Attribute } from "../schema/schema.js";
import { recorded } from "./gates.js";

/**
 * Puts filled values in order: two filled ones change places, one that is compared with an observed one moves just past it. Where a value
 * would leave its attribute's range by that, both stay as they are.
 * @param known (places) what the row's cells hold, NaN for nothing; changed in place
 * @param isFilled whether a place was filled
 * @returns places that changed
 */
export function putInOrder(less: readonly Less[], attributes: readonly Attribute[], known: Float64Array, isFilled: (place: number) => boolean): Set<number> {
  const changed = new Set<number>();
  const move = (to: readonly (readonly [place: number, value: number])[]): void => {
    const leaves = ([place, value]: readonly [number, number]): boolean => value < (attributes[place].min ?? -Infinity) || value > (attributes[place].max ?? Infinity);
    if (to.some(leaves)) return;
    for (const [place, value] of to) {
      known[place] = recorded(value, attributes[place]);
      changed.add(place);
    }
  };
  const step = (place: number): number => attributes[place].resolution ?? (attributes[place].type === "date" ? 1 : 0);
  // A value that moves past one may meet the next: after the first pass as many as there may be comparisons in a row.
  for (let pass = 0; pass <= less.length; pass++) {
    for (const { small, large } of less) {
      const [low, high] = [known[small], known[large]];
      const apart = low < high || Number.isNaN(low) || Number.isNaN(high);
      if (apart) continue;
      if (pass === 0 && isFilled(small) && isFilled(large) && low > high) move([[small, high], [large, low]]);
      else if (isFilled(large)) move([[large, low + step(large)]]);
      else if (isFilled(small)) move([[small, high - step(small)]]);
    }
  }
  return changed;
}
