import { VhgmError } from "../base/errors.js";
import type { Encoded } from "../data/encode.js";
import type { Column, Layout } from "../data/layout.js";
import { normalCdf, normalPdf, normalQuantile, type Distribution } from "../model/likelihoods/index.js";
import { compileRules, whichApply } from "../schema/rules.js";
import type { Schema } from "../schema/schema.js";
import { showCell } from "./decide.js";
import { columnDistribution } from "./distribution.js";
import { recorded } from "./gates.js";
import { askedColumn, readGiven, whyNotApplies, type Given } from "./predict.js";
import type { Predictor } from "./predictor.js";
import { requireCount } from "./required.js";

export interface NextOptions {
  /** Attributes that are to become more certain. */
  readonly targets: readonly string[];
  /** What could be measured; by default everything that is not given. */
  readonly candidates?: readonly string[];
  /** How many measurements come back. */
  readonly top?: number;
}

/** What measuring one attribute is expected to be worth. */
export interface Measurement {
  readonly name: string;
  readonly label?: string;
  readonly unit?: string;
  /** Share of the targets' uncertainty that is expected to go, averaged over targets: 0 nothing, 1 all. */
  readonly gain: number;
  /** The same target by target: share of the variance of a number, of the entropy of an attribute with levels. */
  readonly targets: readonly { readonly name: string; readonly gain: number }[];
}

/** Values of a candidate that are tried: one for each of so many parts of equal probability, or so many likeliest levels. */
const values = 8;
/** With more candidates than `fewest`, all are tried with `coarse` values first and the best of them with all. */
const screening = { fewest: 60, coarse: 2, kept: 30 };

/**
 * Which measurement would tell most next: for each candidate its values are played through by how probable they are given
 * what is known, and the targets are asked again each time. The gain is 1 - E[uncertainty with the value] / uncertainty
 * without it (for levels the mutual information over the entropy; Lindley 1956), never below 0. One measurement at a time.
 * @throws VhgmError code 'usage' for attributes that the model lacks, no target, a target that is given, or fewer measurements than one
 */
export async function nextMeasurements(predictor: Predictor, schema: Schema, given: Given, options: NextOptions): Promise<Measurement[]> {
  const { top = 10 } = options;
  requireCount(top, "measurements", "top", 1);
  const { layout } = predictor.model;
  const known = readGiven(schema, given);
  const rules = compileRules(schema);
  const person = Float64Array.from(rules.attributes, ({ name }) => known.get(name) ?? NaN);
  const applies = whichApply(rules, (at) => person[at]);
  if (options.targets.length === 0) throw new VhgmError("usage", "No target was named; which measurement tells most depends on what is to be known.");
  const targets = options.targets.map((name) => askedColumn(predictor, schema, name, "targets"));
  const both = targets.map((j) => layout.columns[j].attribute.name).find((name) => known.has(name));
  if (both !== undefined) throw new VhgmError("usage", `'${both}' was both given and named as a target; leave it out of one of them.`, { field: ["targets", both] });
  const out = targets.map((j) => layout.columns[j]).find(({ source }) => applies[source] === false);
  if (out) throw new VhgmError("usage", `'${out.attribute.name}' was named as a target, but ${whyNotApplies(rules, person, out.source)}; leave out one of them.`, { field: ["targets", out.attribute.name] });
  const open = (j: number): boolean => !known.has(layout.columns[j].attribute.name) && !targets.includes(j) && applies[layout.columns[j].source] !== false;
  const candidates = (options.candidates?.map((name) => askedColumn(predictor, schema, name, "candidates")) ?? layout.columns.map((_, j) => j)).filter(open);
  const start = personRow(layout, known);
  const own = predictor.find(start)[0];
  const before = await predictor.run(start, BigInt64Array.of(own));
  const distributions = new Map(candidates.map((j) => [j, columnDistribution(predictor.model, before, 0, j)]));

  const gainsOf = async (tried: readonly number[], parts: number): Promise<Measurement[]> => {
    const questions = tried.flatMap((j) => valuesOf(distributions.get(j)!, layout, j, parts).map((part) => ({ j, ...part })));
    const rows = repeated(layout, start, questions);
    const paths = await predictor.run(rows, new BigInt64Array(questions.length).fill(own));
    return tried.map((j) => {
      const { name, label, unit } = layout.columns[j].attribute;
      const own = questions.flatMap((question, r) => (question.j === j ? [{ r, weight: question.weight }] : []));
      const each = targets.map((target) => {
        const answers = own.map(({ r, weight }) => ({ weight, distribution: columnDistribution(predictor.model, paths, r, target) }));
        return { name: layout.columns[target].attribute.name, gain: gainOf(answers, layout.columns[target]) };
      });
      return { name, ...(label ? { label } : {}), ...(unit ? { unit } : {}), gain: each.reduce((sum, { gain }) => sum + gain, 0) / each.length, targets: each };
    });
  };
  const byGain = (list: Measurement[]): Measurement[] => list.sort((a, b) => b.gain - a.gain);
  let chosen = candidates;
  if (candidates.length > screening.fewest) {
    const best = byGain(await gainsOf(candidates, screening.coarse)).slice(0, Math.max(screening.kept, top));
    const names = new Set(best.map(({ name }) => name));
    chosen = candidates.filter((j) => names.has(layout.columns[j].attribute.name));
  }
  return byGain(await gainsOf(chosen, values)).slice(0, top);
}

/** A target's answer with one value of the candidate, and how probable that value is. */
interface Weighed {
  readonly weight: number;
  readonly distribution: Distribution;
}

/** The share of the mixture's variance, or entropy, that lies between its parts. */
function gainOf(parts: readonly Weighed[], { kind, attribute }: Column): number {
  const expected = (of: (distribution: Distribution) => number): number => parts.reduce((sum, { weight, distribution }) => sum + weight * of(distribution), 0);
  if (kind === "number") {
    const mean = expected((d) => d.mean());
    const between = expected((d) => (d.mean() - mean) ** 2);
    const all = between + expected((d) => d.variance());
    return all > 0 ? between / all : 0;
  }
  const levels = attribute.levels!.map((_, k) => k);
  const probability = (d: Distribution, k: number): number => Math.exp(d.logProb(k));
  const all = entropy(levels.map((k) => expected((d) => probability(d, k))));
  return all > 0 ? Math.max(0, 1 - expected((d) => entropy(levels.map((k) => probability(d, k)))) / all) : 0;
}

const entropy = (probabilities: readonly number[]): number => probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);

/** Values that stand for parts of a distribution, with their probabilities. */
function valuesOf(distribution: Distribution, layout: Layout, j: number, parts: number): { value: number; weight: number }[] {
  const { kind, attribute } = layout.columns[j];
  if (kind === "number") return ranksOf(parts).map((u) => ({ value: recorded(distribution.quantile(u), attribute), weight: 1 / parts }));
  const all = attribute.levels!.map((_, value) => ({ value, weight: Math.exp(distribution.logProb(value)) })).sort((a, b) => b.weight - a.weight).slice(0, parts);
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  return all.map(({ value, weight }) => ({ value, weight: weight / total }));
}

/**
 * A probability for each of so many parts of (0, 1) of equal size: where the parts' means lie in a normal distribution, drawn
 * apart until their variance is the whole distribution's. Middles would show a sixth less of it.
 */
function ranksOf(parts: number): number[] {
  const edge = (k: number): number => (k === 0 || k === parts ? 0 : normalPdf(normalQuantile(k / parts)));
  const means = Array.from({ length: parts }, (_, k) => parts * (edge(k) - edge(k + 1)));
  const spread = Math.sqrt(means.reduce((sum, z) => sum + z * z, 0) / parts);
  return means.map((z) => normalCdf(z / spread));
}

function personRow(layout: Layout, known: ReadonlyMap<string, number>): Encoded {
  const row = { rows: 1, features: new Float32Array(layout.features), observed: new Uint8Array(layout.columns.length) };
  layout.columns.forEach((column, j) => {
    const value = known.get(column.attribute.name);
    if (value !== undefined) showCell(row, layout, 0, j, value);
  });
  return row;
}

/** One row many times, each with one further value. */
function repeated(layout: Layout, { features, observed }: Encoded, questions: readonly { readonly j: number; readonly value: number }[]): Encoded {
  const p = layout.columns.length;
  const out = { rows: questions.length, features: new Float32Array(questions.length * layout.features), observed: new Uint8Array(questions.length * p) };
  questions.forEach(({ j, value }, r) => {
    out.features.set(features, r * layout.features);
    out.observed.set(observed, r * p);
    showCell(out, layout, r, j, value);
  });
  return out;
}
