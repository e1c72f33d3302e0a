import { VhgmError } from "../../base/errors.js";
import { createRng } from "../../base/random.js";
import { formatValue } from "../../data/cells.js";
import type { Encoded } from "../../data/encode.js";
import type { Distribution } from "../../model/likelihoods/index.js";
import type { AttributeType, Schema } from "../../schema/schema.js";
import { showCell } from "../decide.js";
import { columnDistribution } from "../distribution.js";
import { recorded } from "../gates.js";
import { askedColumn, predict, readGiven, type Given } from "../predict.js";
import type { Predictor } from "../predictor.js";
import { relatives, type CausalGraph } from "./graph.js";

export interface InterveneOptions {
  /** Attributes to answer: nodes of the graph; by default all that the intervention acts on. */
  readonly ask?: readonly string[];
  /** What is known of the person, or of the people, beside: values of nodes on which the intervention does not act. */
  readonly given?: Given;
  /** A second intervention on the same attributes, against which the first is held. */
  readonly against?: Given;
  /** Simulated people. */
  readonly draws?: number;
  readonly seed?: number;
  /** Level of the intervals. */
  readonly level?: number;
}

/** An attribute under an intervention: mean, deviation, and an interval of people; or the probabilities of its levels. */
export interface Outcome {
  readonly mean?: number;
  readonly sd?: number;
  readonly interval?: { readonly level: number; readonly low: number | string; readonly high: number | string };
  readonly levels?: readonly { readonly level: string; readonly probability: number }[];
}

export interface IntervenedAttribute {
  readonly name: string;
  readonly label?: string;
  readonly unit?: string;
  readonly type: AttributeType;
  readonly under: Outcome;
  readonly against?: Outcome;
  /** Difference of means, or of each level's probability; `error` is the simulation's standard error. */
  readonly effect?: { readonly value: number; readonly error: number } | readonly { readonly level: string; readonly value: number; readonly error: number }[];
  /** The same difference among people who merely have the values, as `predict` answers it: association, not effect. */
  readonly association?: number | readonly { readonly level: string; readonly value: number }[];
}

export interface Intervention {
  readonly do: Given;
  readonly against?: Given;
  readonly attributes: readonly IntervenedAttribute[];
  readonly draws: number;
  /** How many equally weighted people the answer amounts to; `draws` where nothing is given below a drawn node. */
  readonly effectiveSize: number;
  readonly notes: readonly string[];
}

/** What every such answer must be read with. */
const notShown: readonly string[] = [
  "The graph is taken as it was given: nothing here tests it. What is left out of it (a common cause, an arrow) makes the answer wrong.",
  "The answer is about people in general, simulated from p(node | parents) as the model learned it; it does not say what would have happened to one person.",
];

const personStream = 0xd0;

/**
 * Average outcomes under do(X = x) by the g-formula (Robins 1986): nodes are drawn in the graph's order from their
 * distribution given their parents alone, the intervened ones being fixed. Given values are conditioned on by likelihood
 * weighting (Fung & Chang 1990). Two interventions use the same random numbers, so that their difference varies little.
 * @throws VhgmError code 'usage' for attributes that the model or the graph lacks, and for given values on which the intervention acts
 */
export async function intervene(predictor: Predictor, schema: Schema, graph: CausalGraph, action: Given, options: InterveneOptions = {}): Promise<Intervention> {
  const { given = {}, against, draws = 2000, seed = 1, level = 0.9 } = options;
  const { layout } = predictor.model;
  const columnOf = new Map(graph.nodes.map((node) => [node, askedColumn(predictor, schema, node)]));
  const fixed = inGraph(graph, readGiven(schema, action), "do");
  const other = against && inGraph(graph, readGiven(schema, against), "against");
  const known = inGraph(graph, readGiven(schema, given), "given");
  if (fixed.size === 0) throw new VhgmError("usage", "No value is set by do; an intervention sets at least one, such as smoking = never.");
  const differing = other && [...fixed.keys(), ...other.keys()].find((name) => fixed.has(name) !== other.has(name));
  if (differing !== undefined) throw new VhgmError("usage", `'${differing}' is set by only one of do and against; both must set the same attributes.`);
  const moved = relatives(graph, [...fixed.keys()], "descendants");
  for (const name of known.keys()) {
    if (fixed.has(name)) throw new VhgmError("usage", `'${name}' was both given and set by do; leave it out of one of them.`);
    if (moved.has(name)) throw new VhgmError("usage", `'${name}' was given, but the graph says that ${[...fixed.keys()].join(", ")} acts on it; only what precedes an intervention can be given.`);
  }
  const ask = options.ask ?? graph.nodes.filter((node) => moved.has(node));
  for (const name of ask) if (!columnOf.has(name)) throw new VhgmError("usage", `'${name}' was asked for, but is no node of the graph, which has ${graph.nodes.join(", ")}.`);
  if (ask.length === 0) throw new VhgmError("usage", `The graph lets ${[...fixed.keys()].join(", ")} act on nothing, so there is nothing to answer.`);
  const needed = relatives(graph, [...ask, ...known.keys()], "ancestors");
  const nodes = graph.nodes.filter((node) => needed.has(node) || ask.includes(node) || known.has(node));
  const arm = (set: ReadonlyMap<string, number>): Promise<Arm> => simulate({ predictor, graph, nodes, columnOf, set, known, ask, draws, seed });
  const first = await arm(fixed);
  const second = other && (await arm(other));
  const associations = against && (await associationOf(predictor, schema, { ...given, ...action }, { ...given, ...against }, ask.filter((name) => !fixed.has(name))));
  const attributes = ask.map((name): IntervenedAttribute => {
    const { attribute } = layout.columns[columnOf.get(name)!];
    const { label, unit, type } = attribute;
    const outcome = (a: Arm): Outcome => outcomeOf(a, name, attribute.levels, level, (x) => (type === "date" ? formatValue(x, attribute) : x));
    return {
      name, ...(label ? { label } : {}), ...(unit ? { unit } : {}), type,
      under: outcome(first),
      ...(second ? { against: outcome(second), effect: effectOf(first, second, name, attribute.levels) } : {}),
      ...(associations?.has(name) ? { association: associations.get(name)! } : {}),
    };
  });
  const effectiveSize = Math.min(first.effectiveSize, second?.effectiveSize ?? Infinity);
  const weak = effectiveSize < 0.1 * draws ? [`What was given is rare among the simulated people: the answer rests on about ${Math.round(effectiveSize)} of ${draws}; ask for more draws.`] : [];
  return { do: action, ...(against ? { against } : {}), attributes, draws, effectiveSize, notes: [...notShown, ...weak] };
}

function inGraph(graph: CausalGraph, values: ReadonlyMap<string, number>, what: string): ReadonlyMap<string, number> {
  for (const name of values.keys()) {
    if (!graph.parents.has(name)) throw new VhgmError("usage", `'${name}' stands in ${what}, but is no node of the graph, which has ${graph.nodes.join(", ")}.`);
  }
  return values;
}

/** Simulated people: weights that sum to 1, and per asked node each one's expectation and drawn value. */
interface Arm {
  readonly weights: Float64Array;
  readonly effectiveSize: number;
  /** (draws) mean of a number, or (draws x levels) probabilities, given the person's parents; none for what lies above a given node. */
  readonly expected: ReadonlyMap<string, Float64Array>;
  readonly drawn: ReadonlyMap<string, Float64Array>;
}

async function simulate(input: {
  readonly predictor: Predictor;
  readonly graph: CausalGraph;
  readonly nodes: readonly string[];
  readonly columnOf: ReadonlyMap<string, number>;
  readonly set: ReadonlyMap<string, number>;
  readonly known: ReadonlyMap<string, number>;
  readonly ask: readonly string[];
  readonly draws: number;
  readonly seed: number;
}): Promise<Arm> {
  const { predictor, graph, nodes, columnOf, set, known, ask, draws, seed } = input;
  const { layout } = predictor.model;
  const own = new BigInt64Array(draws).fill(-1n);
  const logWeights = new Float64Array(draws);
  const values = new Map<string, Float64Array>();
  const expected = new Map<string, Float64Array>();
  // What lies above a given node is weighted by what was drawn: there the draws count, not their expectation.
  const weighing = relatives(graph, [...known.keys()], "ancestors");
  const streams = Array.from({ length: draws }, (_, r) => createRng(seed, personStream, r));
  for (const node of nodes) {
    // Every person uses up one number per node, so that both interventions see the same ones.
    const uniforms = streams.map((rng) => rng.uniform());
    const column = new Float64Array(draws);
    values.set(node, column);
    const fixedAt = set.get(node);
    if (fixedAt !== undefined) {
      column.fill(fixedAt);
      continue;
    }
    const j = columnOf.get(node)!;
    const { attribute } = layout.columns[j];
    const parents = graph.parents.get(node)!;
    const paths = await predictor.run(seen(predictor, draws, parents.map((parent) => ({ j: columnOf.get(parent)!, values: values.get(parent)! }))), own);
    const observed = known.get(node);
    const means = ask.includes(node) && !weighing.has(node) ? new Float64Array(draws * (attribute.levels?.length ?? 1)) : undefined;
    for (let r = 0; r < draws; r++) {
      const distribution = columnDistribution(predictor.model, paths, r, j);
      if (means) keepExpected(means, r, distribution, attribute.levels?.length);
      if (observed === undefined) {
        column[r] = recorded(distribution.quantile(uniforms[r]), attribute);
      } else {
        column[r] = observed;
        logWeights[r] += distribution.logProb(observed);
      }
    }
    if (means) expected.set(node, means);
  }
  const highest = Math.max(...logWeights);
  const raw = logWeights.map((w) => Math.exp(w - highest));
  const total = raw.reduce((a, b) => a + b, 0);
  const weights = raw.map((w) => w / total);
  return { weights, effectiveSize: 1 / weights.reduce((s, w) => s + w * w, 0), expected, drawn: values };
}

/** People of whom only some attributes are visible. */
function seen({ model: { layout } }: Predictor, rows: number, visible: readonly { readonly j: number; readonly values: Float64Array }[]): Encoded {
  const encoded = { rows, features: new Float32Array(rows * layout.features), observed: new Uint8Array(rows * layout.columns.length) };
  for (const { j, values } of visible) {
    for (let r = 0; r < rows; r++) showCell(encoded, layout, r, j, values[r]);
  }
  return encoded;
}

function keepExpected(out: Float64Array, r: number, distribution: Distribution, levels: number | undefined): void {
  if (levels === undefined) out[r] = distribution.mean();
  else for (let k = 0; k < levels; k++) out[r * levels + k] = Math.exp(distribution.logProb(k));
}

const weighted = (weights: Float64Array, of: (r: number) => number): number => weights.reduce((sum, w, r) => sum + w * of(r), 0);

function outcomeOf({ weights, expected, drawn }: Arm, name: string, levels: readonly string[] | undefined, level: number, plain: (x: number) => number | string): Outcome {
  const values = drawn.get(name)!;
  const means = expected.get(name);
  if (levels) {
    return { levels: levels.map((text, k) => ({ level: text, probability: weighted(weights, (r) => (means ? means[r * levels.length + k] : values[r] === k ? 1 : 0)) })) };
  }
  const mean = weighted(weights, (r) => (means ?? values)[r]);
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const quantile = (u: number): number => {
    let below = 0;
    for (const r of order) if ((below += weights[r]) >= u) return values[r];
    return values[order[order.length - 1]];
  };
  return {
    mean,
    sd: Math.sqrt(weighted(weights, (r) => (values[r] - mean) ** 2)),
    interval: { level, low: plain(quantile((1 - level) / 2)), high: plain(quantile((1 + level) / 2)) },
  };
}

function effectOf(first: Arm, second: Arm, name: string, levels: readonly string[] | undefined): IntervenedAttribute["effect"] {
  const width = levels?.length ?? 1;
  const [a, b] = [first, second].map((arm) => arm.expected.get(name) ?? (levels ? indicators(arm.drawn.get(name)!, width) : arm.drawn.get(name)!));
  const difference = (k: number): { value: number; error: number } => {
    const value = weighted(first.weights, (r) => a[r * width + k]) - weighted(second.weights, (r) => b[r * width + k]);
    // The same people in both arms: the error of a mean of paired differences.
    const error = Math.sqrt(first.weights.reduce((sum, w, r) => sum + w * w * (a[r * width + k] - b[r * width + k] - value) ** 2, 0));
    return { value, error };
  };
  return levels ? levels.map((level, k) => ({ level, ...difference(k) })) : difference(0);
}

/** (draws x levels): 1 at the level that was drawn. */
function indicators(drawn: Float64Array, levels: number): Float64Array {
  const out = new Float64Array(drawn.length * levels);
  drawn.forEach((k, r) => (out[r * levels + k] = 1));
  return out;
}

type Association = NonNullable<IntervenedAttribute["association"]>;

async function associationOf(predictor: Predictor, schema: Schema, first: Given, second: Given, ask: readonly string[]): Promise<Map<string, Association>> {
  const [a, b] = await Promise.all([first, second].map((person) => predict(predictor, schema, person, { ask })));
  return new Map(
    ask.flatMap((name, k): [string, Association][] => {
      const [one, two] = [a.answers[k], b.answers[k]];
      if (one.mean !== undefined && two.mean !== undefined) return [[name, one.mean - two.mean]];
      if (one.levels && two.levels) return [[name, one.levels.map(({ level, probability }, l) => ({ level, value: probability - two.levels![l].probability }))]];
      return [];
    }),
  );
}
