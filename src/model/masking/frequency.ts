import type { MaskingStrategy } from "./strategy.js";

/**
 * Hides a column the more often, the more often it is observed (PMAE): rate = scale * frequency^power, so that cells
 * which are mostly missing already stay visible when they are there.
 */
export const observedFrequency = (scale = 0.8, power = 1): MaskingStrategy => ({
  name: `frequency(${scale},${power})`,
  hide({ observed, frequency }, rng, hidden) {
    for (let j = 0; j < observed.length; j++) hidden[j] = observed[j] && rng.uniform() < scale * frequency[j] ** power ? 1 : 0;
  },
});
