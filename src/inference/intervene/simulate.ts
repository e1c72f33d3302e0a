/** People drawn node by node along a causal graph. */
import { VhgmError } from "../../base/errors.js";
import { createRng } from "../../base/random.js";
import type { Encoded } from "../../data/encode.js";
import type { Distribution } from "../../model/likelihoods/index.js";
import { whichApply, type Rules } from "../../schema/rules.js";
import { showCell } from "../decide.js";
import { columnDistribution } from "../distribution.js";
import { recorded } from "../gates.js";
import type { Predictor } from "../predictor.js";
import { relatives, type CausalGraph } from "./graph.js";

const personStream = 0xd0;

/** Simulated people: weights that sum to 1, and per asked node each one's expectation and drawn value, NaN where it does not apply. */
export interface Arm {
  readonly weights: Float64Array;
  readonly effectiveSize: number;
  /** (draws) mean of a number, or (draws x levels) probabilities, given the person's parents; none for what lies above a weighing node. */
  readonly expected: ReadonlyMap<string, Float64Array>;
  readonly drawn: ReadonlyMap<string, Float64Array>;
}

/** @throws VhgmError "usage" where what is set or given applies to nobody */
export async function simulate(input: {
  readonly predictor: Predictor;
  readonly rules: Rules;
  readonly graph: CausalGraph;
  readonly nodes: readonly string[];
  readonly columnOf: ReadonlyMap<string, number>;
  readonly set: ReadonlyMap<string, number>;
  readonly known: ReadonlyMap<string, number>;
  /** Nodes that decide on a person's weight: what is given, and what is set and has a rule. */
  readonly weighing: readonly string[];
  readonly ask: readonly string[];
  readonly draws: number;
  readonly seed: number;
}): Promise<Arm> {
  const { predictor, rules, graph, nodes, columnOf, set, known, weighing, ask, draws, seed } = input;
  const { layout } = predictor.model;
  const own = new BigInt64Array(draws).fill(-1n);
  const logWeights = new Float64Array(draws);
  const values = new Map<string, Float64Array>();
  const expected = new Map<string, Float64Array>();
  // What lies above a weighing node is weighted by what was drawn: there the draws count, not their expectation.
  const weighed = relatives(graph, weighing, "ancestors");
  /** (draws) of (places): what the rules see of each person. */
  const people = rules.rules.length > 0 ? Array.from({ length: draws }, () => new Float64Array(rules.attributes.length).fill(NaN)) : undefined;
  const isOut = (r: number, place: number): boolean => people !== undefined && whichApply(rules, (at) => people[r][at])[place] === false;
  const streams = Array.from({ length: draws }, (_, r) => createRng(seed, personStream, r));
  for (const node of nodes) {
    // Every person uses up one number per node, so that both interventions see the same ones.
    const uniforms = streams.map((rng) => rng.uniform());
    const column = new Float64Array(draws);
    values.set(node, column);
    const j = columnOf.get(node)!;
    const { attribute, source } = layout.columns[j];
    const out = Uint8Array.from(streams, (_, r) => (isOut(r, source) ? 1 : 0));
    const fixedAt = set.get(node);
    if (weighing.includes(node)) {
      for (let r = 0; r < draws; r++) if (out[r] === 1) logWeights[r] = -Infinity;
    }
    if (fixedAt !== undefined) {
      column.fill(fixedAt);
      people?.forEach((person) => (person[source] = fixedAt));
      continue;
    }
    const parents = graph.parents.get(node)!;
    const paths = await predictor.run(seen(predictor, draws, parents.map((parent) => ({ j: columnOf.get(parent)!, values: values.get(parent)! }))), own);
    const observed = known.get(node);
    const means = ask.includes(node) && !weighed.has(node) ? new Float64Array(draws * (attribute.levels?.length ?? 1)) : undefined;
    for (let r = 0; r < draws; r++) {
      const distribution = columnDistribution(predictor.model, paths, r, j);
      if (means) keepExpected(means, r, distribution, attribute.levels?.length);
      if (observed === undefined && out[r] === 1) {
        column[r] = NaN;
      } else if (observed === undefined) {
        column[r] = recorded(distribution.quantile(uniforms[r]), attribute);
      } else {
        column[r] = observed;
        logWeights[r] += distribution.logProb(observed);
      }
    }
    people?.forEach((person, r) => (person[source] = column[r]));
    if (means) expected.set(node, means);
  }
  const highest = logWeights.reduce((most, w) => Math.max(most, w), -Infinity);
  if (highest === -Infinity) {
    const name = weighing.find((node) => rules.ruleOf[layout.columns[columnOf.get(node)!].source] !== undefined)!;
    throw new VhgmError("usage", `'${name}' applies to none of the ${draws} simulated people, since it applies only where ${rules.ruleOf[layout.columns[columnOf.get(name)!].source]!.text}; leave it out, or give what lets it apply.`);
  }
  const raw = logWeights.map((w) => Math.exp(w - highest));
  const total = raw.reduce((a, b) => a + b, 0);
  const weights = raw.map((w) => w / total);
  return { weights, effectiveSize: 1 / weights.reduce((s, w) => s + w * w, 0), expected, drawn: values };
}

/** People of whom only some attributes are visible, and these where they have them. */
function seen({ model: { layout } }: Predictor, rows: number, visible: readonly { readonly j: number; readonly values: Float64Array }[]): Encoded {
  const encoded = { rows, features: new Float32Array(rows * layout.features), observed: new Uint8Array(rows * layout.columns.length) };
  for (const { j, values } of visible) {
    for (let r = 0; r < rows; r++) if (!Number.isNaN(values[r])) showCell(encoded, layout, r, j, values[r]);
  }
  return encoded;
}

function keepExpected(out: Float64Array, r: number, distribution: Distribution, levels: number | undefined): void {
  if (levels === undefined) out[r] = distribution.mean();
  else for (let k = 0; k < levels; k++) out[r * levels + k] = Math.exp(distribution.logProb(k));
}
