import type { MaskingStrategy } from "./strategy.js";

/** Hides each observed cell with one probability: 0.8 in VHGM v1 and TabCSDI. */
export const fixedRate = (rate = 0.8): MaskingStrategy => ({
  name: `fixed(${rate})`,
  hide({ observed }, rng, hidden) {
    for (let j = 0; j < observed.length; j++) hidden[j] = observed[j] && rng.uniform() < rate ? 1 : 0;
  },
});
