import { VhgmError } from "../../base/errors.js";
import type { Rng } from "../../base/random.js";
import { blockMask } from "./block.js";
import { copyMask } from "./copy.js";
import { fewVisible } from "./few.js";
import { fixedRate } from "./fixed.js";
import { observedFrequency } from "./frequency.js";
import { sourceMask } from "./source.js";
import type { MaskContext, MaskingStrategy } from "./strategy.js";
import { uniformRate } from "./uniform.js";

export type { MaskContext, MaskingStrategy } from "./strategy.js";
export { blockMask, copyMask, fewVisible, fixedRate, observedFrequency, sourceMask, uniformRate };

/** One entry of `mask: [{strategy, weight, parameters}]` in a training configuration. */
export interface MaskChoice {
  readonly strategy: string;
  readonly weight: number;
  readonly parameters?: readonly number[];
}

const strategies: Readonly<Record<string, (...parameters: number[]) => MaskingStrategy>> = {
  fixed: fixedRate,
  uniform: uniformRate,
  copy: copyMask,
  frequency: observedFrequency,
  source: sourceMask,
  block: blockMask,
  few: fewVisible,
};

/** Names that `mask` may use. */
export const maskingNames: readonly string[] = Object.keys(strategies);

/** A mixture: each row draws one of the strategies by weight. @throws VhgmError code 'usage' for an unknown name */
export function maskingMixture(choices: readonly MaskChoice[]): MaskingStrategy {
  const made = choices.map(({ strategy, parameters = [] }) => {
    if (!Object.hasOwn(strategies, strategy)) {
      throw new VhgmError("usage", `The masking strategy '${strategy}' is unknown; allowed are ${maskingNames.join(", ")}.`);
    }
    return strategies[strategy](...parameters);
  });
  const total = choices.reduce((sum, c) => sum + c.weight, 0);
  return {
    name: made.map((m) => m.name).join(" + "),
    hide(context: MaskContext, rng: Rng, hidden: Uint8Array) {
      let u = rng.uniform() * total;
      let k = 0;
      while (k < made.length - 1 && (u -= choices[k].weight) > 0) k++;
      made[k].hide(context, rng, hidden);
    },
  };
}
