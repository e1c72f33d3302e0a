import { createRng, permutation } from "../base/random.js";
import { type Encoded, pickRows } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { blockMask, fixedRate, maskingMixture, type MaskChoice, type MaskingStrategy } from "../model/masking/index.js";
import { meanOfDraws } from "../model/paths.js";
import type { Fold } from "./folds.js";
import type { HeldOutPredictor } from "./heldout.js";
import { leftVisible } from "./leftVisible.js";
import { patternGaps, type PatternGap, type PatternLoss } from "./signatures.js";
import type { RowRoles } from "./sources.js";

/** Rows on which masks are compared: enough for a few thousand held-out cells. */
const mostRows = 512;

export interface PatternInput {
  readonly layout: Layout;
  readonly table: Encoded;
  readonly fold: Fold;
  readonly roles: RowRoles;
  readonly mask: readonly MaskChoice[];
  readonly seed: number;
}

/** Predicts the held-out cells of some rows with more cells hidden, by the training's masks and by others. */
export async function comparePatterns(predictor: HeldOutPredictor, input: PatternInput): Promise<PatternGap[]> {
  const { layout, table, fold, roles, mask, seed } = input;
  const p = layout.columns.length;
  const rows = permutation(table.rows, createRng(seed, 0x9a77)).slice(0, mostRows).sort();
  const held = pickRows(fold.held, p, rows);
  if (!held.includes(1)) return [];
  const train = pickRows(fold.train, p, rows);
  const truth = pickRows(table.features, layout.features, rows);
  const order = Int32Array.from(layout.columns.keys()).sort((a, b) => layout.columns[a].source - layout.columns[b].source);
  const frequency = new Float32Array(p);
  for (let i = 0; i < fold.train.length; i++) frequency[i % p] += fold.train[i] / table.rows;
  const visibleUnder = (strategy: MaskingStrategy): Uint8Array => {
    const rng = createRng(seed, 0x9a78);
    return leftVisible(strategy, train, p, rng, (r) => {
      const other = roles.another(rows[r], rng);
      return { other: fold.train.subarray(other * p, (other + 1) * p), frequency, others: roles.others(rows[r]), order };
    });
  };
  const patterns: [string, MaskingStrategy][] = [
    ["the training's masks", maskingMixture(mask)],
    ["nothing more hidden", fixedRate(0)],
    ["half of the cells hidden at random", fixedRate(0.5)],
    ["half of the attributes hidden in one run", blockMask(0.5, 0.5)],
  ];
  const losses: PatternLoss[] = [];
  for (const [pattern, strategy] of patterns) {
    const { draws } = await predictor.predict(rows, visibleUnder(strategy));
    const { net, linear } = meanOfDraws(draws);
    losses.push({ pattern, net: cellLosses(layout, net, truth, held), linear: cellLosses(layout, linear, truth, held) });
  }
  return patternGaps(losses);
}

/** Half the squared error in variances, or the log loss, of predictions (rows, features) at each held-out cell in turn. */
export function cellLosses(layout: Layout, predicted: Float32Array, truth: Float32Array, held: Uint8Array): Float64Array {
  const p = layout.columns.length;
  const losses: number[] = [];
  for (let at = 0; at < held.length; at++) {
    if (!held[at]) continue;
    const { kind, first, width } = layout.columns[at % p];
    const from = Math.floor(at / p) * layout.features + first;
    if (kind === "number") {
      losses.push(0.5 * (predicted[from] - truth[from]) ** 2);
      continue;
    }
    const level = truth.subarray(from, from + width).indexOf(1);
    losses.push(-Math.log(Math.max(1e-3, predicted[from + level])));
  }
  return Float64Array.from(losses);
}
