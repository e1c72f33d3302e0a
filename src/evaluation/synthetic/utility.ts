import { createRng } from "../../base/random.js";
import type { Cells } from "../../data/cells.js";
import { average } from "../columns.js";
import { areaUnderCurve } from "../membership.js";
import { featuresOf, predictByForest } from "./forest.js";
import { levelsOf, stackRows, type SyntheticPeople } from "./people.js";
import { meanKnown } from "./shapes.js";

/** What a predictor of one attribute is worth on hold-out people, by whom it was learned from. */
export interface Utility {
  readonly attribute: string;
  /** R² of a number; AUC of levels, one against the others, averaged. */
  readonly measure: "r2" | "auc";
  /** Learned from equally many real and invented people, and from both together. */
  readonly real: number;
  readonly synthetic: number;
  readonly both: number;
}

const perKind = 3;
/** An attribute that another one nearly gives away, as weight does the body mass index, is too easy a target. */
const givenAway = 0.8;
/** A level counts from so many hold-out people on. */
const fewest = 10;

/**
 * Trains on synthetic and tests on real people (Esteban et al. 2017), with random forests of all other attributes. Targets are
 * the three numbers and the three attributes with levels that are related most to others in the training table.
 * @param found (p, p) relations in the training table
 */
export function utilityOf({ train, holdout, synthetic }: SyntheticPeople, found: readonly (readonly number[])[], seed: number): Utility[] {
  const all = stackRows([train, synthetic, holdout]);
  const features = featuresOf(all);
  return chooseTargets(train, holdout, found).map((j) => {
    const known = (from: number, rows: number): Int32Array => Int32Array.from({ length: rows }, (_, i) => from + i).filter((i) => !Number.isNaN(all.values[j][i]));
    const learners = { real: known(0, train.rows), synthetic: known(train.rows, synthetic.rows) };
    const targets = known(train.rows + synthetic.rows, holdout.rows);
    const classes = levelsOf(train.attributes[j]);
    const task = { features: features.filter((_, f) => f !== j), response: all.values[j], classes };
    const truth = Float64Array.from(targets, (i) => all.values[j][i]);
    const score = (rows: Int32Array): number => {
      if (rows.length === 0) return NaN;
      const predicted = predictByForest(task, rows, targets, createRng(seed, 0x7e57, j));
      return classes > 0 ? meanAuc(predicted, truth, classes) : rSquared(predicted, truth);
    };
    return {
      attribute: train.attributes[j].name,
      measure: classes > 0 ? "auc" : "r2",
      real: score(learners.real),
      synthetic: score(learners.synthetic),
      both: score(Int32Array.from([...learners.real, ...learners.synthetic])),
    };
  });
}

function chooseTargets(train: Cells, holdout: Cells, found: readonly (readonly number[])[]): number[] {
  const strength = found.map((row) => {
    const known = row.filter(Number.isFinite).map(Math.abs).sort((a, b) => b - a);
    return known.length === 0 || known[0] > givenAway ? 0 : average(known.slice(0, 3));
  });
  const usable = (j: number): boolean => {
    const levels = levelsOf(train.attributes[j]);
    const seen = holdout.values[j].filter((x) => !Number.isNaN(x));
    if (levels === 0) return new Set(seen).size > 1 && seen.length >= fewest;
    return scoredLevels(seen, levels).length > 0;
  };
  const order = [...strength.keys()].filter((j) => strength[j] > 0 && usable(j)).sort((a, b) => strength[b] - strength[a] || a - b);
  const ofKind = (numbers: boolean): number[] => order.filter((j) => (levelsOf(train.attributes[j]) === 0) === numbers).slice(0, perKind);
  return [...ofKind(true), ...ofKind(false)];
}

/** Levels that enough people have and enough have not; of two levels one says all. */
function scoredLevels(truth: Float64Array, classes: number): number[] {
  const levels = Array.from({ length: classes === 2 ? 1 : classes }, (_, c) => c);
  return levels.filter((c) => {
    const n = truth.filter((x) => x === c).length;
    return n >= fewest && truth.length - n >= fewest;
  });
}

function meanAuc(predicted: Float64Array, truth: Float64Array, classes: number): number {
  const scoreOf = (c: number, want: boolean): number[] => [...truth.keys()].filter((k) => (truth[k] === c) === want).map((k) => predicted[k * classes + c]);
  return meanKnown(scoredLevels(truth, classes).map((c) => areaUnderCurve(scoreOf(c, true), scoreOf(c, false))));
}

/** 1 minus the squared error over that of the mean of the true values. */
function rSquared(predicted: Float64Array, truth: Float64Array): number {
  const mean = average([...truth]);
  return 1 - truth.reduce((sum, y, k) => sum + (y - predicted[k]) ** 2, 0) / truth.reduce((sum, y) => sum + (y - mean) ** 2, 0);
}
