import type { Rng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { encodeCells, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { columnDistribution } from "../inference/distribution.js";
import type { Predictor } from "../inference/predictor.js";

/** How well an attacker tells people of the training table from others. */
export interface MembershipAttack {
  /** Area under the ROC curve: 0.5 is guessing. */
  readonly auc: number;
  /** 95% interval of the AUC (bootstrap over people). */
  readonly low: number;
  readonly high: number;
  /** Share of members found when 1% of the others are accused. */
  readonly truePositivesAt1: number;
  readonly members: number;
  readonly others: number;
}

export interface AttackOptions {
  /** Cells of each person that are asked for, one at a time, all its other cells given. */
  readonly cellsPerPerson?: number;
  readonly bootstraps?: number;
  readonly rng: Rng;
}

/**
 * Membership inference on `predict` (Shokri et al. 2017; by likelihood as in Yeom et al. 2018). The attacker holds whole
 * records; it hides one cell of a record, asks the model for it given the rest, and takes the mean log-probability of the
 * true values, relative to what they have on average over everybody, as evidence that the person was learned from.
 */
export async function attackPredict(predictor: Predictor, members: Cells, others: Cells, options: AttackOptions): Promise<MembershipAttack> {
  const a = await evidence(predictor, members, options);
  const b = await evidence(predictor, others, options);
  const means = columnMeans([...a, ...b]);
  const scores = { members: personScores(a, means), others: personScores(b, means) };
  return { ...rocInterval(scores.members, scores.others, options), members: scores.members.length, others: scores.others.length };
}

interface Evidence {
  readonly person: number;
  readonly column: number;
  readonly logProb: number;
}

const questionsAtOnce = 512;

async function evidence(predictor: Predictor, cells: Cells, { cellsPerPerson = 8, rng }: AttackOptions): Promise<Evidence[]> {
  const { model } = predictor;
  const { layout } = model;
  const table = encodeCells(cells, layout);
  const p = layout.columns.length;
  const asked: { person: number; column: number }[] = [];
  for (let i = 0; i < table.rows; i++) {
    const seen = Array.from({ length: p }, (_, j) => j).filter((j) => table.observed[i * p + j]);
    for (let k = 0; k < cellsPerPerson && seen.length > 1; k++) asked.push({ person: i, column: seen.splice(rng.int(seen.length), 1)[0] });
  }
  const out: Evidence[] = [];
  for (let start = 0; start < asked.length; start += questionsAtOnce) {
    const part = asked.slice(start, start + questionsAtOnce);
    const paths = await predictor.run(hideOne(table, part, layout));
    part.forEach(({ person, column }, r) => {
      const { source } = layout.columns[column];
      out.push({ person, column, logProb: columnDistribution(model, paths, r, column).logProb(cells.values[source][person]) });
    });
  }
  return out;
}

/** One row per question: the person's cells but for the one that is asked. */
function hideOne(table: Encoded, asked: readonly { person: number; column: number }[], layout: Layout): Encoded {
  const d = layout.features;
  const p = layout.columns.length;
  const features = new Float32Array(asked.length * d);
  const observed = new Uint8Array(asked.length * p);
  asked.forEach(({ person, column }, r) => {
    features.set(table.features.subarray(person * d, (person + 1) * d), r * d);
    observed.set(table.observed.subarray(person * p, (person + 1) * p), r * p);
    const { first, width } = layout.columns[column];
    features.fill(0, r * d + first, r * d + first + width);
    observed[r * p + column] = 0;
  });
  return { rows: asked.length, features, observed };
}

function columnMeans(all: readonly Evidence[]): Map<number, number> {
  const sums = new Map<number, { sum: number; n: number }>();
  for (const { column, logProb } of all) {
    const s = sums.get(column) ?? { sum: 0, n: 0 };
    sums.set(column, { sum: s.sum + logProb, n: s.n + 1 });
  }
  return new Map([...sums].map(([column, { sum, n }]) => [column, sum / n]));
}

/** Mean log-probability per person, each cell relative to its column's mean. */
function personScores(list: readonly Evidence[], means: ReadonlyMap<number, number>): number[] {
  const people = new Map<number, { sum: number; n: number }>();
  for (const { person, column, logProb } of list) {
    const s = people.get(person) ?? { sum: 0, n: 0 };
    people.set(person, { sum: s.sum + logProb - means.get(column)!, n: s.n + 1 });
  }
  return [...people.values()].map(({ sum, n }) => sum / n);
}

/** AUC with a bootstrap interval, and the true positive rate at 1% false positives. */
export function rocInterval(members: readonly number[], others: readonly number[], { bootstraps = 500, rng }: AttackOptions): Pick<MembershipAttack, "auc" | "low" | "high" | "truePositivesAt1"> {
  const resample = (list: readonly number[]): number[] => list.map(() => list[rng.int(list.length)]);
  const draws = Array.from({ length: bootstraps }, () => areaUnderCurve(resample(members), resample(others))).sort((x, y) => x - y);
  const descending = [...others].sort((x, y) => y - x);
  const threshold = descending[Math.floor(0.01 * descending.length)];
  return {
    auc: areaUnderCurve(members, others),
    low: draws[Math.floor(0.025 * bootstraps)],
    high: draws[Math.ceil(0.975 * bootstraps) - 1],
    truePositivesAt1: members.filter((x) => x > threshold).length / members.length,
  };
}

/** Probability that a member scores higher than another person, ties counting half (Mann-Whitney). */
export function areaUnderCurve(members: readonly number[], others: readonly number[]): number {
  const all = [...members.map((x) => ({ x, member: 1 })), ...others.map((x) => ({ x, member: 0 }))].sort((a, b) => a.x - b.x);
  let rankSum = 0;
  for (let i = 0; i < all.length; ) {
    let j = i;
    let inTie = 0;
    for (; j < all.length && all[j].x === all[i].x; j++) inTie += all[j].member;
    rankSum += (inTie * (i + 1 + j)) / 2;
    i = j;
  }
  return (rankSum - (members.length * (members.length + 1)) / 2) / (members.length * others.length);
}
