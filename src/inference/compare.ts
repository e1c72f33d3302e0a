import { isVhgmError, VhgmError } from "../base/errors.js";
import { studentQuantile } from "../model/likelihoods/index.js";
import type { AttributeType, Schema } from "../schema/schema.js";
import { differenceSize } from "./difference.js";
import { predict, type Answer, type Given, type Prediction } from "./predict.js";
import type { Predictor } from "./predictor.js";

/** A way of life, a treatment, a history: values that replace or complete what is given. */
export interface Scenario {
  readonly name: string;
  readonly given: Given;
}

export interface CompareOptions {
  /** Attributes to compare; by default all that no scenario gives. */
  readonly ask?: readonly string[];
  /** Level of the intervals. */
  readonly level?: number;
  /** Trained members of the model, if several predictions belong to one (latent draws); by default each counts. */
  readonly members?: number;
}

/** A difference with the interval that the disagreement of the ensemble's members gives; none for a single member. */
export interface EnsembleDifference {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** One scenario against the first. All differences are this scenario minus the first one. */
export interface Contrast {
  readonly scenario: string;
  /** Numbers: difference of the means, in the attribute's unit. */
  readonly mean?: EnsembleDifference;
  /** Levels: difference of each level's probability. */
  readonly levels?: readonly ({ readonly level: string } & EnsembleDifference)[];
  /**
   * Numbers: the difference for one person who keeps the same rank among people alike in both scenarios (common random
   * numbers). How one person's two outcomes would really pair is not identified by any data.
   */
  readonly sameRank?: { readonly low: number; readonly median: number; readonly high: number; readonly shareHigher: number };
  /** By which attributes are ranked; see `differenceSize`. */
  readonly size: number;
}

export interface ComparedAttribute {
  readonly name: string;
  readonly label?: string;
  readonly unit?: string;
  readonly type: AttributeType;
  /** One answer per scenario, in their order. */
  readonly answers: readonly Answer[];
  /** One per scenario after the first; none where the attribute does not apply in one of the two or an answer is withheld. */
  readonly contrasts: readonly Contrast[];
  readonly size: number;
}

export interface ScenarioReport extends Scenario {
  readonly typicality: Prediction["typicality"];
  readonly notes: readonly string[];
}

export interface Comparison {
  readonly level: number;
  /** Members whose disagreement makes the intervals. */
  readonly members: number;
  readonly scenarios: readonly ScenarioReport[];
  /** The largest differences first. */
  readonly attributes: readonly ComparedAttribute[];
  readonly notes: readonly string[];
}

/** What every comparison must be read with. */
export const associationNote =
  "These are associations in the training data: how people who live like this differ, not what a change of life would do to one of them.";

/** An error about a value that a scenario gives, as one that names the scenario. */
function ofScenario(cause: unknown, scenarios: readonly Scenario[], k: number): unknown {
  if (!isVhgmError(cause)) return cause;
  const [part, attribute] = cause.field ?? [];
  const { name, given } = scenarios[k];
  if (part !== "given" || !Object.hasOwn(given, attribute)) return cause;
  return new VhgmError(cause.code, `Scenario '${name}': ${cause.message}`, { cause, field: ["scenarios", String(k), "given", attribute] });
}

/**
 * Answers the same question under several scenarios and ranks what differs between them.
 * @param given what holds in all scenarios; a scenario's own values go before it
 * @throws VhgmError code 'usage' for fewer than two scenarios, two of one name, an attribute that a scenario gives and that is asked
 *   for, and whatever `predict` refuses
 */
export async function compare(predictor: Predictor, schema: Schema, given: Given, scenarios: readonly Scenario[], options: CompareOptions = {}): Promise<Comparison> {
  const { level = 0.9 } = options;
  if (scenarios.length < 2) throw new VhgmError("usage", `${scenarios.length === 0 ? "No scenario was" : "One scenario was"} given; a comparison needs at least two.`);
  const twice = scenarios.find((s, k) => scenarios.findIndex((other) => other.name === s.name) < k);
  if (twice) throw new VhgmError("usage", `Two scenarios are called '${twice.name}'; each needs its own name.`);
  const people = scenarios.map((s) => ({ ...given, ...s.given }));
  const ask = options.ask ?? commonQuestions(predictor, schema, people);
  const members = membersOf(predictor, options.members);
  const answered: { whole: Prediction; byMember: Prediction[] }[] = [];
  for (const [k, person] of people.entries()) {
    const whole = await predict(predictor, schema, person, { ask, level, quantiles: ranks }).catch((cause: unknown) => Promise.reject(ofScenario(cause, scenarios, k)));
    const byMember: Prediction[] = [];
    for (let k = 0; k < members && members > 1; k++) byMember.push(await predict(oneMember(predictor, k, members), schema, person, { ask, level, quantiles: ranks }));
    answered.push({ whole, byMember });
  }
  const attributes = ask.map((_, at): ComparedAttribute => {
    const answers = answered.map(({ whole }) => whole.answers[at]);
    const { name, label, unit, type } = answers[0];
    const contrasts = scenarios.slice(1).flatMap((scenario, s) => contrast(scenario.name, answers[0], answers[s + 1], answered[0].byMember.map((p) => p.answers[at]), answered[s + 1].byMember.map((p) => p.answers[at]), level) ?? []);
    return { name, ...(label ? { label } : {}), ...(unit ? { unit } : {}), type, answers, contrasts, size: Math.max(0, ...contrasts.map((c) => c.size)) };
  });
  const partly = attributes.filter(({ answers }) => new Set(answers.map(({ applies }) => applies?.probability === 0)).size > 1).map(({ name }) => name);
  return {
    level,
    members,
    scenarios: scenarios.map((s, k) => ({ ...s, typicality: answered[k].whole.typicality, notes: answered[k].whole.notes })),
    attributes: attributes.sort((a, b) => b.size - a.size),
    notes: [
      associationNote,
      ...(partly.length > 0 ? [`${partly.join(", ")} ${partly.length === 1 ? "does" : "do"} not apply in every scenario; no difference is told from or to one where that is so.`] : []),
      ...(members > 1 ? [`Intervals tell how far the model's ${members} members disagree. All learned from the same people: other people would make a larger difference.`] : ["The model has a single member, so the differences come without an interval of their own; train with --best, or with more members, for one."]),
    ],
  };
}

/** Ranks at which one person is followed through the scenarios: the middles of a hundred equal parts. */
const ranks = Array.from({ length: 100 }, (_, k) => (k + 0.5) / 100);

/** Attributes of the model that no scenario gives. */
function commonQuestions({ model }: Predictor, schema: Schema, people: readonly Given[]): string[] {
  const aliases = new Map(schema.attributes.flatMap(({ name, aliases = [] }) => [name, ...aliases].map((text) => [text, name] as const)));
  const taken = new Set(people.flatMap((person) => Object.entries(person).filter(([, value]) => value !== null && value !== "").map(([name]) => aliases.get(name) ?? name)));
  return model.layout.columns.map((c) => c.attribute.name).filter((name) => !taken.has(name));
}

function membersOf({ model: { memberCount } }: Predictor, wanted = memberCount): number {
  return wanted > 0 && memberCount % wanted === 0 ? wanted : memberCount;
}

/** The predictor as if only one of its members, with all its draws, were there. */
function oneMember(predictor: Predictor, k: number, members: number): Predictor {
  const draws = predictor.model.memberCount / members;
  return { ...predictor, run: async (rows, own) => (await predictor.run(rows, own)).slice(k * draws, (k + 1) * draws) };
}

function contrast(scenario: string, first: Answer, second: Answer, firstByMember: readonly Answer[], secondByMember: readonly Answer[], level: number): Contrast | undefined {
  const size = differenceSize(first, second);
  if (size === undefined) return undefined;
  if (first.mean !== undefined && second.mean !== undefined) {
    const value = second.mean - first.mean;
    const each = firstByMember.map((a, k) => secondByMember[k].mean! - a.mean!);
    const paired = first.quantiles!.map(({ value: a }, k) => numeric(second.quantiles![k].value) - numeric(a)).sort((a, b) => a - b);
    // The k-th of n stands for the rank (k + 0.5) / n, with straight lines between: the same read from either end.
    const at = (u: number): number => {
      const place = Math.min(paired.length - 1, Math.max(0, u * paired.length - 0.5));
      const below = paired[Math.floor(place)];
      return below + (place % 1) * (paired[Math.ceil(place)] - below);
    };
    return {
      scenario,
      mean: withInterval(value, each, level),
      sameRank: { low: at((1 - level) / 2), median: at(0.5), high: at((1 + level) / 2), shareHigher: paired.filter((d) => d > 0).length / paired.length },
      size,
    };
  }
  const levels = first.levels!.map(({ level: text, probability }, l) => {
    const each = firstByMember.map((a, k) => secondByMember[k].levels![l].probability - a.levels![l].probability);
    return { level: text, ...withInterval(second.levels![l].probability - probability, each, level) };
  });
  return { scenario, levels, size };
}

/** The level whose probability differs most, for attributes with levels. */
export const mostMoved = ({ levels = [] }: Contrast): NonNullable<Contrast["levels"]>[number] => levels.reduce((a, b) => (Math.abs(b.value) > Math.abs(a.value) ? b : a));

/** Dates are texts; they are compared in days. */
const numeric = (value: number | string): number => (typeof value === "number" ? value : Date.parse(value) / 86_400_000);

/**
 * Student's interval for the mean over members: how far the difference would move with other members of the same kind.
 * Members learned from other cells each, but from the same people; so it says what training leaves open, not what another
 * sample of people would give.
 */
function withInterval(value: number, each: readonly number[], level: number): EnsembleDifference {
  const n = each.length;
  if (n < 2) return { value };
  const mean = each.reduce((a, b) => a + b, 0) / n;
  const error = Math.sqrt(each.reduce((s, x) => s + (x - mean) ** 2, 0) / (n - 1) / n);
  const reach = studentQuantile((1 + level) / 2, n - 1) * error;
  return { value, low: value - reach, high: value + reach };
}
