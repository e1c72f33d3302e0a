import type { MaskingStrategy } from "./strategy.js";

/** Draws a rate for the row, uniform in [low, high], and hides each observed cell with it: "nothing known" is trained too. */
export const uniformRate = (low = 0.05, high = 0.95): MaskingStrategy => ({
  name: `uniform(${low},${high})`,
  hide({ observed }, rng, hidden) {
    const rate = low + (high - low) * rng.uniform();
    for (let j = 0; j < observed.length; j++) hidden[j] = observed[j] && rng.uniform() < rate ? 1 : 0;
  },
});
