import type { MaskingStrategy } from "./strategy.js";

/** Hides what another row of the same source lacks (copy masking of CACTI, Gorla et al. 2025), and a few more cells at a random low rate. */
export const copyMask = (extra = 0.4): MaskingStrategy => ({
  name: `copy(${extra})`,
  hide({ observed, other }, rng, hidden) {
    const rate = extra * rng.uniform();
    for (let j = 0; j < observed.length; j++) hidden[j] = observed[j] && (!other[j] || rng.uniform() < rate) ? 1 : 0;
  },
});
