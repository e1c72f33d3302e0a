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

interface Parameters {
  /** What they are if absent. */
  readonly usual: readonly number[];
  readonly fit: (values: readonly number[]) => boolean;
  readonly takes: string;
}

const isShare = (x: number): boolean => x >= 0 && x <= 1;
const oneShare = (usual: number): Parameters => ({ usual: [usual], fit: ([share]) => isShare(share), takes: "one number from 0 to 1" });
const twoShares = (...usual: readonly [number, number]): Parameters => ({ usual, fit: ([low, high]) => isShare(low) && isShare(high) && low <= high, takes: "up to two numbers from 0 to 1, the first at most the second" });

const parametersOf: Readonly<Record<string, Parameters>> = {
  fixed: oneShare(0.8),
  uniform: twoShares(0.05, 0.95),
  copy: oneShare(0.4),
  frequency: { usual: [0.8, 1], fit: ([scale]) => scale >= 0, takes: "up to two numbers, the first at least 0" },
  source: oneShare(0.3),
  block: twoShares(0.1, 0.6),
  few: { usual: [3, 0], fit: ([most, least]) => Number.isInteger(most) && Number.isInteger(least) && least >= 0 && least <= most, takes: "up to two whole numbers from 0, the second at most the first" },
};

/** What a strategy takes, as the end of a sentence, if the parameters are something else; those that are left out are as usual. */
export function otherParameters(strategy: string, parameters: readonly number[]): string | undefined {
  const { usual, fit, takes } = parametersOf[strategy];
  const fits = parameters.length <= usual.length && fit([...parameters, ...usual.slice(parameters.length)]);
  return fits ? undefined : `${strategy} takes ${takes}`;
}

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
