import type { MaskingStrategy } from "./strategy.js";

/**
 * Hides all that another source, picked at random, never measures, so that each source's own columns are learned from
 * those that it shares with others; and a few more cells at a random low rate. Where no other source lacks anything that
 * the row has (as with one table), it hides cells at a random rate instead.
 */
export const sourceMask = (extra = 0.3): MaskingStrategy => ({
  name: `source(${extra})`,
  hide({ observed, others }, rng, hidden) {
    const lacking = others.filter((measures) => observed.some((bit, j) => bit === 1 && measures[j] === 0));
    const measures = lacking.length > 0 ? lacking[rng.int(lacking.length)] : null;
    const rate = (measures ? extra : 1) * rng.uniform();
    for (let j = 0; j < observed.length; j++) hidden[j] = observed[j] && ((measures && !measures[j]) || rng.uniform() < rate) ? 1 : 0;
  },
});
