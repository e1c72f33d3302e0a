import type { MaskingStrategy } from "./strategy.js";

/**
 * Hides a run of neighbouring columns of the table, as a page of a questionnaire or a panel of tests goes missing: from
 * `low` to `high` of the columns, beginning anywhere and going on at the first column after the last.
 */
export const blockMask = (low = 0.1, high = 0.6): MaskingStrategy => ({
  name: `block(${low},${high})`,
  hide({ observed, order }, rng, hidden) {
    hidden.fill(0);
    const p = order.length;
    const length = Math.max(1, Math.round((low + (high - low) * rng.uniform()) * p));
    const start = rng.int(p);
    for (let k = 0; k < Math.min(length, p); k++) {
      const j = order[(start + k) % p];
      hidden[j] = observed[j];
    }
  },
});
