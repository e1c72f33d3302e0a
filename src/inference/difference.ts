import type { Answer } from "./predict.js";

/** Standard deviation of a number among people alike, over two answers. */
export const spreadAlike = (first: Answer, second: Answer): number => Math.sqrt((first.sd! ** 2 + second.sd! ** 2) / 2);

/**
 * How large a difference two answers of an attribute make: |difference of means| over the spread of people alike; for levels
 * half the sum of |differences|. Undefined where one has no distribution.
 */
export function differenceSize(first: Answer, second: Answer): number | undefined {
  if (first.mean !== undefined && second.mean !== undefined) {
    const spread = spreadAlike(first, second);
    return spread > 0 ? Math.abs(second.mean - first.mean) / spread : 0;
  }
  if (!first.levels || !second.levels) return undefined;
  const { levels } = second;
  return first.levels.reduce((sum, { probability }, l) => sum + Math.abs(levels[l].probability - probability) / 2, 0);
}
