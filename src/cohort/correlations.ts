import { VhgmError } from "../base/errors.js";
import { createRng } from "../base/random.js";
import { appliesTo } from "./attribute.js";
import { treatmentNames } from "./factors.js";
import { normalCdf } from "./gaussian.js";
import { attributeNamed, type CohortModel, type ModelAttribute } from "./model.js";
import { dot, drawPerson, scoreOf, type Person } from "./person.js";
import type { SourceName } from "./population.js";

/** Pearson correlations of recorded numbers (levels: positions); null where no person has both, or one does not vary. */
export interface Correlations {
  names: string[];
  /** Row by row, symmetric. */
  matrix: (number | null)[][];
  /** Bound on the sampling error of an entry: one standard error. */
  standardError: number;
}

/** Recorded value's mean and mean square given the score without noise, tabulated on an even grid. */
interface Table {
  first: number;
  step: number;
  mean: Float64Array;
  square: Float64Array;
}

const gridSize = 240;
const nodes = Array.from({ length: 65 }, (_, i) => -4 + i / 8);
const nodeWeights = nodes.map((x) => Math.exp(-0.5 * x * x));
const nodeTotal = nodeWeights.reduce((sum, x) => sum + x, 0);

function tabulate({ coder, noise }: ModelAttribute, scores: Float64Array): Table {
  let first = Infinity;
  let last = -Infinity;
  for (const score of scores) {
    first = Math.min(first, score);
    last = Math.max(last, score);
  }
  const step = Math.max(last - first, 1e-9) / (gridSize - 2);
  const mean = new Float64Array(gridSize);
  const square = new Float64Array(gridSize);
  for (let g = 0; g < gridSize; g++) {
    const score = first + g * step;
    if (coder.cuts !== undefined) {
      // E X = sum P(X > k), E X^2 = sum (2 k + 1) P(X > k) for X = 0, 1, 2, ...
      coder.cuts.forEach((cut, k) => {
        const above = normalCdf((score - cut) / noise);
        mean[g] += above;
        square[g] += (2 * k + 1) * above;
      });
    } else {
      nodes.forEach((x, i) => {
        const value = coder.number(score + noise * x);
        mean[g] += (nodeWeights[i] * value) / nodeTotal;
        square[g] += (nodeWeights[i] * value * value) / nodeTotal;
      });
    }
  }
  return { first, step, mean, square };
}

function readTable(values: Float64Array, { first, step }: Table, score: number): number {
  const at = (score - first) / step;
  const i = Math.floor(at);
  return values[i] + (at - i) * (values[i + 1] - values[i]);
}

/** One attribute's conditional mean and mean square by simulated person; NaN where it does not apply. */
interface Column {
  mean: Float64Array;
  square: Float64Array;
  /** Where the attribute applies to everybody: deviations of `mean` from its average, and the recorded values' variance. */
  whole: { deviation: Float64Array; variance: number } | null;
}

function columnOf(attribute: ModelAttribute, people: readonly Person[], blocks: readonly Float64Array[]): Column {
  const { scale, block, name } = attribute;
  const make = (mean: Float64Array, square: Float64Array): Column => ({
    mean,
    square,
    whole: attribute.applies === undefined ? centred(mean, square) : null,
  });
  if (scale.kind === "person") {
    const mean = Float64Array.from(people, (person) => (scale.field === "age" ? person.age : person.female));
    return make(mean, mean.map((x) => x * x));
  }
  const treatment = treatmentNames.findIndex((other) => other === name);
  if (treatment >= 0) {
    const mean = Float64Array.from(people, (person) => person.levels[treatment]);
    return make(mean, mean.map((x) => x * x));
  }
  const scores = Float64Array.from(people, (person, i) => scoreOf(attribute, person, block === undefined ? 0 : blocks[block.index][i]));
  const table = tabulate(attribute, scores);
  const at = (values: Float64Array): Float64Array =>
    scores.map((score, i) => (appliesTo(attribute, people[i].age, people[i].female) ? readTable(values, table, score) : NaN));
  return make(at(table.mean), at(table.square));
}

/**
 * True correlations between attributes of a population. People are drawn with their factors, while each attribute's noise
 * is integrated out: given the factors attributes are independent, so Cov(X, Y) = Cov(E[X | factors], E[Y | factors]).
 * @throws VhgmError "data" for unknown attributes, "usage" for categorical ones, whose levels have no order.
 */
export function trueCorrelations(
  model: CohortModel,
  names: readonly string[],
  { draws = 20_000, seed = 1, population = "checkup" }: { draws?: number; seed?: number; population?: SourceName } = {},
): Correlations {
  const attributes = names.map((name) => attributeNamed(model, name));
  const nominal = attributes.find(({ type }) => type === "categorical");
  if (nominal !== undefined) throw new VhgmError("usage", `${nominal.name} is categorical, so it has no correlations.`);
  const blockCount = Math.max(0, ...attributes.map(({ block }) => (block?.index ?? -1) + 1));
  const blocks = Array.from({ length: blockCount }, () => new Float64Array(draws));
  const people = Array.from({ length: draws }, (_, i) => {
    const rng = createRng(seed, i);
    const person = drawPerson(model, population, rng);
    for (const block of blocks) block[i] = rng.normal();
    return person;
  });
  const columns = attributes.map((attribute) => columnOf(attribute, people, blocks));
  const matrix: (number | null)[][] = columns.map(() => []);
  columns.forEach((x, i) => {
    matrix[i][i] = 1;
    for (let j = 0; j < i; j++) {
      const r = correlation(x, columns[j]);
      matrix[i][j] = r;
      matrix[j][i] = r;
    }
  });
  return { names: [...names], matrix, standardError: 1 / Math.sqrt(draws) };
}

function correlation(x: Column, y: Column): number | null {
  if (x.whole !== null && y.whole !== null) {
    return dot(x.whole.deviation, y.whole.deviation) / x.mean.length / Math.sqrt(x.whole.variance * y.whole.variance);
  }
  const sums = new Float64Array(5);
  let n = 0;
  for (let i = 0; i < x.mean.length; i++) {
    const a = x.mean[i];
    const b = y.mean[i];
    if (Number.isNaN(a + b)) continue;
    n++;
    sums[0] += a;
    sums[1] += b;
    sums[2] += x.square[i];
    sums[3] += y.square[i];
    sums[4] += a * b;
  }
  if (n < 2) return null;
  const [a, b, aa, bb, ab] = sums.map((sum) => sum / n);
  const product = (aa - a * a) * (bb - b * b);
  return product > 1e-12 ? (ab - a * b) / Math.sqrt(product) : null;
}

function centred(mean: Float64Array, square: Float64Array): { deviation: Float64Array; variance: number } {
  const average = mean.reduce((sum, x) => sum + x, 0) / mean.length;
  const variance = square.reduce((sum, x) => sum + x, 0) / mean.length - average * average;
  return { deviation: mean.map((x) => x - average), variance };
}
