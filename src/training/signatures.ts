import type { ColumnScore } from "../model/calibration.js";
import type { LatentMeasures } from "./heldout.js";

/*
 * The four ways in which the paper (arXiv 2306.10656) says that such a model fails, measured and said in words: a latent
 * that has collapsed, types of attributes that are modelled poorly, overfitting to the masks of the training, and loss on
 * data from elsewhere. Pure functions of figures; patterns.ts and evaluation/shift.ts make the figures.
 */

/** How much a latent says about a person. All in nats, averaged over rows. */
export interface LatentActivity {
  readonly kl: number;
  /** The same for each visible cell. */
  readonly klPerCell: number;
  /** Units of z, and those whose posterior mean varies between people by more than 0.01 (Burda et al. 2016); 0 without z. */
  readonly units: number;
  readonly activeUnits: number;
  /** Components of s; 0 without s. */
  readonly components: number;
  /** Entropy of the mean responsibilities: ln S if all components are used alike, 0 if there is only one. */
  readonly entropy: number;
  /** What s tells about a person: that entropy less the mean entropy of a person's own responsibilities. */
  readonly mutualInformation: number;
  /** What held-out cells cost more, each, if the latent of nobody in particular takes the place of a person's own; null without such cells. */
  readonly gain: number | null;
}

/** Variance of a posterior mean above which a unit counts as active. */
const activeVariance = 0.01;

/**
 * @param visibleCells number of cells that the rows show, all together
 * @param losses of held-out cells by the network, with people's own latent and with nobody's
 */
export function latentActivity({ kl, responsibilities, shift }: Pick<LatentMeasures, "kl" | "responsibilities" | "shift">, visibleCells: number, losses: { readonly own: Float64Array; readonly prior: Float64Array }): LatentActivity {
  const rows = kl.length;
  const total = kl.reduce((a, b) => a + b, 0);
  const units = shift ? shift.length / rows : 0;
  const components = responsibilities ? responsibilities.length / rows : 0;
  let activeUnits = 0;
  for (let u = 0; u < units; u++) if (columnVariance(shift!, rows, units, u) > activeVariance) activeUnits++;
  const mean = new Float64Array(components);
  let own = 0;
  for (let i = 0; i < rows * components; i++) {
    mean[i % components] += responsibilities![i] / rows;
    own += entropyOf(responsibilities![i]) / rows;
  }
  const entropy = mean.reduce((sum, q) => sum + entropyOf(q), 0);
  const held = losses.own.length;
  const gain = held > 0 ? losses.own.reduce((sum, x, i) => sum + losses.prior[i] - x, 0) / held : null;
  return { kl: total / rows, klPerCell: total / Math.max(visibleCells, 1), units, activeUnits, components, entropy, mutualInformation: Math.max(0, entropy - own), gain };
}

const entropyOf = (q: number): number => (q > 0 ? -q * Math.log(q) : 0);

function columnVariance(a: Float32Array, rows: number, width: number, at: number): number {
  let sum = 0;
  let squares = 0;
  for (let r = 0; r < rows; r++) {
    sum += a[r * width + at];
    squares += a[r * width + at] ** 2;
  }
  return squares / rows - (sum / rows) ** 2;
}

/** Nats that s must tell about a person, and that the latent must save a held-out cell, so as not to count as collapsed. */
const least = { information: 0.02, gain: 0.005 };

/** Posterior collapse: no active unit of z, components s that tell nothing, or a decoder that does not listen. */
export function collapseWarning({ kl, units, activeUnits, components, mutualInformation, gain }: LatentActivity): string | undefined {
  const dead = [
    ...(units > 0 && activeUnits === 0 ? [`none of its ${units} units is active`] : []),
    ...(components > 0 && mutualInformation < least.information ? [`its ${components} components tell ${mutualInformation.toFixed(3)} nats about a person`] : []),
  ];
  const silent = dead.length === (units > 0 ? 1 : 0) + (components > 0 ? 1 : 0);
  if (silent || (gain !== null && gain < least.gain)) {
    const why = silent ? dead.join(" and ") : `it saves ${Math.max(0, gain ?? 0).toFixed(3)} of a held-out cell's loss`;
    return `The latent has collapsed: ${why} (divergence ${kl.toFixed(3)} nats a person), so answers hardly depend on it; train with a lower beta, or let it grow more slowly (warmup).`;
  }
  return dead.length === 0
    ? undefined
    : `Part of the latent has collapsed: ${dead.join(" and ")}; a lower beta or a longer warmup would let it say more.`;
}

/** Fewest held-out cells of an attribute on which it is judged, and how far above its baseline its error must be. */
const judged = { cells: 30, factor: 1.05 };

/** Attributes with a larger error on held-out cells than the mean or the commonest level has, by type. */
export function poorAttributesWarning(scores: readonly ColumnScore[], typeOf: (name: string) => string): string | undefined {
  const known = scores.filter(({ cells, error, baseline }) => cells >= judged.cells && Number.isFinite(error) && baseline > 0);
  const poor = known.filter(({ error, baseline }) => error > judged.factor * baseline);
  if (poor.length === 0) return undefined;
  const types = [...new Set(poor.map(({ name }) => typeOf(name)))].map((type) => {
    const names = poor.filter(({ name }) => typeOf(name) === type).map(({ name }) => name);
    const all = known.filter(({ name }) => typeOf(name) === type).length;
    return `${names.length} of ${all} of type ${type} (${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""})`;
  });
  return `Worse on held-out cells than the mean or the commonest level: ${types.join("; ")}; answers about them should not be relied on.`;
}

/** Losses of the same held-out cells under one pattern of masks: of the network, and of the closed-form linear path. */
export interface PatternLoss {
  readonly pattern: string;
  readonly net: Float64Array;
  readonly linear: Float64Array;
}

/** Mean loss of a pattern, and how much more the network loses under it than under the training's masks. */
export interface PatternGap {
  readonly pattern: string;
  /** Network's loss per cell: squared error in variances halved, or log loss. */
  readonly loss: number;
  /**
   * (network here - network under the training's masks) less the same of the linear path, which no mask has trained: what
   * is harder for both is not overfitting.
   */
  readonly gap: number;
  readonly standardError: number;
}

/** @param patterns the training's masks first */
export function patternGaps([training, ...others]: readonly PatternLoss[]): PatternGap[] {
  const n = training.net.length;
  const mean = (a: Float64Array): number => a.reduce((x, y) => x + y, 0) / Math.max(n, 1);
  return [
    { pattern: training.pattern, loss: mean(training.net), gap: 0, standardError: 0 },
    ...others.map(({ pattern, net, linear }) => {
      const differences = net.map((x, i) => x - training.net[i] - (linear[i] - training.linear[i]));
      const gap = mean(differences);
      const variance = mean(differences.map((x) => (x - gap) ** 2));
      return { pattern, loss: mean(net), gap, standardError: Math.sqrt(variance / Math.max(n, 1)) };
    }),
  ];
}

/** A gap counts from this much loss per cell, and this many standard errors. */
const notable = { loss: 0.03, errors: 3 };

/** Overfitting to the masks that were trained with. */
export function patternWarning(gaps: readonly PatternGap[]): string | undefined {
  const worst = gaps.filter(({ gap, standardError }) => gap > notable.loss && gap > notable.errors * standardError).sort((a, b) => b.gap - a.gap)[0];
  if (!worst) return undefined;
  return `The network has overfitted to the masks that it was trained with: with ${worst.pattern} it loses ${worst.gap.toFixed(3)} a cell more than the linear path does; train with more kinds of masks (mask).`;
}

/** Loss of a new table against that of the cells that the training held out. */
export interface ShiftReport {
  /** Attributes that were compared. */
  readonly attributes: number;
  /** Mean over attributes of the loss there less the loss here, in nats a cell, and its standard error over attributes. */
  readonly excess: number;
  readonly standardError: number;
  /** Attributes with the largest excess first. */
  readonly worst: readonly { readonly name: string; readonly excess: number }[];
}

/** Fewest cells of an attribute, in both tables, on which it is compared. */
const comparedCells = 10;

/** Compares scores of cells hidden in a new table with those of held-out cells, attribute by attribute. */
export function compareLoss(fresh: readonly ColumnScore[], heldOut: readonly { name: string; cells: number; nll: number | null }[]): ShiftReport {
  const known = new Map(heldOut.map((score) => [score.name, score]));
  const worst = fresh
    .flatMap(({ name, cells, nll }) => {
      const before = known.get(name);
      return before && before.nll !== null && Math.min(cells, before.cells) >= comparedCells ? [{ name, excess: nll - before.nll }] : [];
    })
    .filter(({ excess }) => Number.isFinite(excess))
    .sort((a, b) => b.excess - a.excess);
  const n = worst.length;
  const excess = worst.reduce((sum, w) => sum + w.excess, 0) / Math.max(n, 1);
  const variance = worst.reduce((sum, w) => sum + (w.excess - excess) ** 2, 0) / Math.max(n - 1, 1);
  return { attributes: n, excess, standardError: Math.sqrt(variance / Math.max(n, 1)), worst };
}

/** Excess loss in nats a cell that counts, with its standard errors. */
const shifted = { loss: 0.1, errors: 2 };

/** Data from elsewhere: the model tells the new table's cells worse than those that it was tried on. */
export function shiftWarning(table: string, { attributes, excess, standardError, worst }: ShiftReport): string | undefined {
  if (attributes === 0 || excess < shifted.loss || excess < shifted.errors * standardError) return undefined;
  const names = worst.slice(0, 3).map(({ name, excess: own }) => `${name} ${own.toFixed(2)}`);
  return `The people of ${table} differ from those the model learned from: hidden cells cost ${excess.toFixed(2)} nats more than in training (most: ${names.join(", ")}); its answers about them are less certain than they say.`;
}
