import { VhgmError } from "../base/errors.js";
import type { Rng } from "../base/random.js";
import { appliesTo, bendAt, bendFactor } from "./attribute.js";
import { levelBounds, listCells, type Cell } from "./cells.js";
import { factorCount, factorIndex, factorMatrix, factors, treatmentNames, type FactorName } from "./factors.js";
import { logIntervalProbability } from "./gaussian.js";
import { attributeNamed, type CohortModel, type ModelAttribute } from "./model.js";
import { dot, offsetOf } from "./person.js";
import type { SourceName } from "./population.js";
import { absorb, cholesky, standardGaussian, type Site } from "./proposal.js";

/** Recorded values by attribute name, spelled as in the tables; an empty text says nothing. */
export type Given = Readonly<Record<string, string | number>>;

export interface PosteriorOptions {
  rng: Rng;
  /** Number of weighted draws. */
  draws?: number;
  /** Whose law of age and sex holds before anything is given; by default the check-up's. */
  population?: SourceName;
}

/** Weighted draws of everything that attributes depend on, given some values. */
export interface Posterior {
  model: CohortModel;
  given: ReadonlyMap<string, string>;
  cells: readonly Cell[];
  /** Position in `cells` of each draw. */
  cellOf: Int32Array;
  /** Innovations of the K factors, then values of the blocks in `blocks`: draws x D, row by row. */
  latent: Float64Array;
  dims: number;
  /** Blocks of further attributes that the question touches. */
  blocks: readonly number[];
  /** Sum to one. */
  weights: Float64Array;
  /** Effective number of draws, 1 / sum of squared weights. */
  ess: number;
}

/** Proposals are a little wider than the Gaussian approximation, so that weights stay bounded. */
const inflation = 1.2;
/** Uncertainty added in the proposal to attributes with a bend, which it leaves out. */
const bendSlack = 0.6;

/** True if anything about the attribute changes with a treatment, directly or through a factor. */
function respondsTo(attribute: ModelAttribute, t: number): boolean {
  const name = treatmentNames[t];
  if (attribute.name === name || attribute.effects?.[name] !== undefined) return true;
  const shifted = (factor: number): boolean => {
    const { effects, parents } = factors[factor];
    return effects?.[name] !== undefined || Object.keys(parents ?? {}).some((parent) => shifted(factorIndex(parent as FactorName)));
  };
  return attribute.factorLoads.some(([factor]) => shifted(factor));
}

/** Loadings of an attribute on the D latent variables of a question. */
export function directionOf(attribute: ModelAttribute, blocks: readonly number[]): Float64Array {
  const direction = new Float64Array(factorCount + blocks.length);
  direction.set(attribute.innovationLoads);
  if (attribute.block !== undefined) direction[factorCount + blocks.indexOf(attribute.block.index)] = attribute.block.load;
  return direction;
}

/**
 * The score's interval behind a recorded value. Attributes without noise of their own get the spread of their rounding,
 * so that they narrow a density instead of cutting it.
 */
export function siteOf(attribute: ModelAttribute, text: string): { low: number; high: number; noise: number } {
  const [low, high] = attribute.coder.interval(text);
  if (attribute.noise > 0) return { low, high, noise: attribute.noise };
  if (!Number.isFinite(high - low)) return { low, high, noise: 0.01 };
  const noise = (high - low) / Math.sqrt(12);
  const middle = (low + high) / 2;
  return { low: middle - 1e-4 * noise, high: middle + 1e-4 * noise, noise };
}

/** A given value, or a treatment's level in a cell, as a site with its offset in that cell. */
interface CellSite extends Site {
  attribute: ModelAttribute;
  offset: number;
  /** The noise that the proposal counts on. */
  slack: number;
}

/** What is asked, worked out: where the draws live and which cells are possible. */
interface Question {
  dims: number;
  cells: Cell[];
  sitesOf: (cell: Cell) => CellSite[];
}

/** A cell's Gaussian approximation and its share of the draws. */
interface Proposal {
  mean: Float64Array;
  lower: Float64Array;
  share: number;
}

/**
 * Draws from the law of the latent variables given recorded values, for questions about `asks`. Every cell of age, sex and
 * treatments gets a Gaussian proposal by assumed density filtering; draws are weighted by the true likelihood, so
 * answers are exact up to Monte Carlo error, bends and levels included.
 * @throws VhgmError "data" for unknown attributes, impossible texts and contradictory values.
 */
export function posterior(model: CohortModel, given: Given, asks: readonly string[], options: PosteriorOptions): Posterior {
  const { rng, draws = 20_000, population = "checkup" } = options;
  const texts = new Map(Object.entries(given).map(([name, value]) => [name, String(value)] as const).filter(([, text]) => text !== ""));
  const involved = [...texts.keys(), ...asks].map((name) => attributeNamed(model, name));
  const blocks = [...new Set(involved.flatMap(({ block }) => (block === undefined ? [] : [block.index])))];
  const question = pose(model, texts, involved, blocks, population);
  const proposals = propose(question);
  if (proposals.length === 0) {
    const values = JSON.stringify(Object.fromEntries(texts));
    throw new VhgmError("data", `Nobody in the simulated population has the given values ${values}.`);
  }
  const { cells, dims } = question;
  return { model, given: texts, cells, dims, blocks, ...draw(question, proposals, draws, rng) };
}

function pose(
  model: CohortModel,
  texts: ReadonlyMap<string, string>,
  involved: readonly ModelAttribute[],
  blocks: readonly number[],
  population: SourceName,
): Question {
  const relevant = treatmentNames.map((_, t) => involved.some((attribute) => respondsTo(attribute, t)));
  const given = [...texts].flatMap(([name, text]) => {
    const attribute = attributeNamed(model, name);
    if (attribute.scale.kind === "person" || model.treatments.includes(attribute)) return [];
    const site = siteOf(attribute, text);
    const slack = attribute.bend === undefined ? site.noise : Math.hypot(site.noise, bendSlack);
    return [{ attribute, direction: directionOf(attribute, blocks), ...site, slack }];
  });
  // Numbers first: they are absorbed exactly, which makes the approximation at levels better.
  given.sort((a, b) => Math.min(a.high - a.low, 99) - Math.min(b.high - b.low, 99));
  const cells = listCells(model, texts, relevant, population).filter(({ age, female }) =>
    given.every(({ attribute }) => appliesTo(attribute, age, female)),
  );
  const treatments = model.treatments.flatMap((attribute, t) =>
    relevant[t] ? [{ attribute, t, direction: directionOf(attribute, blocks) }] : [],
  );
  const sitesOf = ({ age, female, levels, treated, means }: Cell): CellSite[] => [
    ...given.map((site) => ({ ...site, offset: offsetOf(site.attribute, age, female, treated, means) })),
    ...treatments.map(({ attribute, t, direction }) => {
      const [low, high] = levelBounds(attribute, levels[t]);
      const { noise } = attribute;
      return { attribute, direction, low, high, noise, slack: noise, offset: offsetOf(attribute, age, female, null, null) };
    }),
  ];
  return { dims: factorCount + blocks.length, cells, sitesOf };
}

/** A proposal for every cell; none if no cell is possible. */
function propose({ cells, dims, sitesOf }: Question): Proposal[] {
  const fits = cells.map((cell) => {
    const gaussian = standardGaussian(dims);
    for (const site of sitesOf(cell)) absorb(gaussian, { ...site, noise: site.slack }, site.offset);
    return { ...gaussian, log: cell.logPrior + gaussian.logEvidence };
  });
  const best = fits.reduce((max, { log }) => Math.max(max, log), -Infinity);
  if (best === -Infinity) return [];
  const total = fits.reduce((sum, { log }) => sum + Math.exp(log - best), 0);
  return fits.map(({ mean, covariance, log }) => ({
    mean,
    lower: cholesky(covariance, dims, inflation),
    share: Math.exp(log - best) / total,
  }));
}

/** Draws from the proposals, cell by cell (systematic resampling), and weights them. */
function draw(
  { cells, dims, sitesOf }: Question,
  proposals: readonly Proposal[],
  draws: number,
  rng: Rng,
): Pick<Posterior, "cellOf" | "latent" | "weights" | "ess"> {
  const cellOf = new Int32Array(draws);
  const latent = new Float64Array(draws * dims);
  const logWeights = new Float64Array(draws);
  const noise = new Float64Array(dims);
  const start = rng.uniform();
  let target = 0;
  let drawn = 0;
  cells.forEach((cell, c) => {
    const { mean, lower, share } = proposals[c];
    target += share * draws;
    const until = Math.min(draws, Math.floor(target + start + 1e-9));
    if (until <= drawn) return;
    const sites = sitesOf(cell);
    let constant = cell.logPrior - Math.log(share);
    for (let i = 0; i < dims; i++) constant += Math.log(lower[i * dims + i]);
    for (; drawn < until; drawn++) {
      const point = latent.subarray(drawn * dims, (drawn + 1) * dims);
      let log = constant;
      for (let i = 0; i < dims; i++) {
        noise[i] = rng.normal();
        point[i] = mean[i];
        for (let j = 0; j <= i; j++) point[i] += lower[i * dims + j] * noise[j];
        log += 0.5 * (noise[i] * noise[i] - point[i] * point[i]);
      }
      for (const { attribute, direction, low, high, noise: sd, offset } of sites) {
        log += logIntervalProbability(low, high, offset + dot(direction, point) + bendOf(attribute, cell, point), sd);
      }
      cellOf[drawn] = c;
      logWeights[drawn] = log;
    }
  });
  return { cellOf, latent, ...normalise(logWeights) };
}

/** The bend of an attribute at one draw: 0 for most. */
export function bendOf({ bend }: ModelAttribute, { female, means }: Cell, point: Float64Array): number {
  if (bend === undefined) return 0;
  const k = bendFactor(bend);
  return bendAt(bend, means[k] + dot(factorMatrix[k], point, k + 1), female);
}

function normalise(logWeights: Float64Array): { weights: Float64Array; ess: number } {
  const best = logWeights.reduce((max, x) => Math.max(max, x), -Infinity);
  const weights = logWeights.map((x) => Math.exp(x - best));
  const total = weights.reduce((sum, x) => sum + x, 0);
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    weights[i] /= total;
    squares += weights[i] * weights[i];
  }
  return { weights, ess: 1 / squares };
}
