import { VhgmError } from "../../base/errors.js";
import { formatValue } from "../../data/cells.js";
import { compileRules, type Rules } from "../../schema/rules.js";
import type { Schema } from "../../schema/schema.js";
import { askedColumn, predict, readGiven, type Given } from "../predict.js";
import type { Predictor } from "../predictor.js";
import { requireCount, requireLevel } from "../required.js";
import { relatives, type CausalGraph } from "./graph.js";
import { effectOf, outcomeOf, type IntervenedAttribute, type Outcome } from "./outcomes.js";
import { simulate, type Arm } from "./simulate.js";

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

export interface Intervention {
  readonly do: Given;
  readonly against?: Given;
  readonly attributes: readonly IntervenedAttribute[];
  readonly draws: number;
  /** How many equally weighted people the answer amounts to; `draws` where nothing is given, and what is set applies to all. */
  readonly effectiveSize: number;
  readonly notes: readonly string[];
}

/** What every such answer must be read with. */
const notShown: readonly string[] = [
  "The graph is taken as it was given: nothing here tests it. What is left out of it (a common cause, an arrow) makes the answer wrong.",
  "The answer is about people in general, simulated from p(node | parents) as the model learned it; it does not say what would have happened to one person.",
];

/**
 * Average outcomes under do(X = x) by the g-formula (Robins 1986): nodes are drawn in the graph's order from their
 * distribution given their parents alone, the intervened ones being fixed. Given values are conditioned on by likelihood
 * weighting (Fung & Chang 1990). What does not apply to a person (`applies_when`) is not drawn, and people to whom what is set
 * or given does not apply don't count. Two interventions use the same random numbers, so that their difference varies little.
 * @throws VhgmError code 'usage' for attributes that the model or the graph lacks, for given values on which the intervention acts,
 *   for draws or a level that are none, for a graph that lets no gate act on what it gates, and where what is set or given applies to nobody
 */
export async function intervene(predictor: Predictor, schema: Schema, drawnGraph: CausalGraph, action: Given, options: InterveneOptions = {}): Promise<Intervention> {
  const { given = {}, against, draws = 2000, seed = 1, level = 0.9 } = options;
  requireCount(draws, "simulated people", "draws", 1);
  requireLevel(level, "level");
  const { layout } = predictor.model;
  const nameOf = (node: string): string => layout.columns[askedColumn(predictor, schema, node)].attribute.name;
  const graph = renamed(drawnGraph, nameOf);
  const columnOf = new Map(graph.nodes.map((node) => [node, askedColumn(predictor, schema, node)]));
  const rules = compileRules(schema);
  requireGates(rules, graph);
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
  const ask = options.ask?.map(nameOf) ?? graph.nodes.filter((node) => moved.has(node));
  for (const name of ask) if (!columnOf.has(name)) throw new VhgmError("usage", `'${name}' was asked for, but is no node of the graph, which has ${graph.nodes.join(", ")}.`);
  if (ask.length === 0) throw new VhgmError("usage", `The graph lets ${[...fixed.keys()].join(", ")} act on nothing, so there is nothing to answer.`);
  const ruleOf = (name: string): string | undefined => rules.ruleOf[layout.columns[columnOf.get(name)!].source]?.text;
  // What decides on which of the simulated people count.
  const weighing = [...known.keys(), ...[...fixed.keys()].filter((name) => ruleOf(name) !== undefined)];
  const needed = relatives(graph, [...ask, ...weighing], "ancestors");
  const nodes = graph.nodes.filter((node) => needed.has(node) || ask.includes(node) || weighing.includes(node));
  const arm = (set: ReadonlyMap<string, number>): Promise<Arm> => simulate({ predictor, rules, graph, nodes, columnOf, set, known, weighing, ask, draws, seed });
  const first = await arm(fixed);
  const second = other && (await arm(other));
  const associations = against && (await associationOf(predictor, schema, { ...given, ...action }, { ...given, ...against }, ask.filter((name) => !fixed.has(name))));
  const attributes = ask.map((name): IntervenedAttribute => {
    const { attribute } = layout.columns[columnOf.get(name)!];
    const { label, unit, type } = attribute;
    const outcome = (a: Arm): Outcome => outcomeOf(a, attribute, level, (x) => (type === "date" ? formatValue(x, attribute) : x));
    const effect = second && effectOf(first, second, attribute);
    return {
      name, ...(label ? { label } : {}), ...(unit ? { unit } : {}), type,
      under: outcome(first),
      ...(second ? { against: outcome(second) } : {}),
      ...(effect ? { effect } : {}),
      ...(associations?.has(name) ? { association: associations.get(name)! } : {}),
    };
  });
  const effectiveSize = Math.min(first.effectiveSize, second?.effectiveSize ?? Infinity);
  const weak = effectiveSize < 0.1 * draws ? [`Whom the answer is about is rare among the simulated people: it rests on about ${Math.round(effectiveSize)} of ${draws}; ask for more draws.`] : [];
  const ruled = attributes.flatMap(({ name, under, against: other }) => appliesNote(name, ruleOf(name), under.applies, other?.applies) ?? []);
  const left = first.weights.every((w) => w > 0) ? [] : weighing.filter((name) => ruleOf(name) !== undefined);
  const whom = left.map((name) => `${name} applies only where ${ruleOf(name)}: the answer is about the people of whom that is true.`);
  const beyond = [fixed, other ?? new Map<string, number>(), known].flatMap((values) => [...values].flatMap(([name, value]) => beyondNote(predictor, columnOf.get(name)!, value) ?? []));
  return { do: action, ...(against ? { against } : {}), attributes, draws, effectiveSize, notes: [...notShown, ...weak, ...whom, ...ruled, ...beyond] };
}

/** A value that nobody had whom the model learned from: nothing in the data answers for it. */
function beyondNote({ model: { layout, grids } }: Predictor, j: number, value: number): string | undefined {
  const { attribute, kind } = layout.columns[j];
  if (kind !== "number") return undefined;
  const { lo, hi, size } = grids.grids[j];
  if (value >= lo[0] && value <= hi[size - 1]) return undefined;
  const shown = (x: number): string => formatValue(x, { ...attribute, min: undefined, max: undefined });
  return `${attribute.name} = ${shown(value)} lies outside of what the model has seen, ${shown(lo[0])} to ${shown(hi[size - 1])}: the answer is extrapolated.`;
}

/** Whether something applies to a person must be settled before it is drawn. */
function requireGates({ rules, attributes }: Rules, graph: CausalGraph): void {
  for (const { attribute, text, gates } of rules) {
    const { name } = attributes[attribute];
    if (!graph.parents.has(name)) continue;
    const above = relatives(graph, [name], "ancestors");
    const gate = gates.map((place) => attributes[place].name).find((other) => graph.parents.has(other) && !above.has(other));
    if (gate !== undefined) throw new VhgmError("usage", `'${name}' applies only where ${text}, but the graph does not let ${gate} act on it; add ${gate} -> ${name}.`);
  }
}

/** Whom an answer is about, where that is not everybody; `rule` is the attribute's condition. */
function appliesNote(name: string, rule: string | undefined, first = 1, second = first): string | undefined {
  if (rule === undefined || (first === 1 && second === 1)) return undefined;
  const percent = (share: number): string => `${Number((100 * share).toFixed(1))}%`;
  const differs = first > 0 && second > 0 ? ", so that the difference is one between different people too" : "";
  const whom = first === second ? `${percent(first)} of the simulated people` : `${percent(first)} of the simulated people under do and to ${percent(second)} under against${differs}`;
  return `${name} applies only where ${rule}: to ${whom}.`;
}

/** A graph whose nodes have the names that the model knows them by, whatever aliases it was drawn with. */
function renamed({ nodes, parents }: CausalGraph, nameOf: (node: string) => string): CausalGraph {
  const names = new Map(nodes.map((node) => [node, nameOf(node)]));
  const twice = nodes.find((node, k) => nodes.findIndex((other) => names.get(other) === names.get(node)) < k);
  if (twice !== undefined) throw new VhgmError("usage", `The graph has ${names.get(twice)} twice, once as '${twice}'; an attribute is one node.`);
  return { nodes: [...names.values()], parents: new Map([...parents].map(([node, above]) => [names.get(node)!, above.map((parent) => names.get(parent)!)])) };
}

function inGraph(graph: CausalGraph, values: ReadonlyMap<string, number>, what: string): ReadonlyMap<string, number> {
  for (const name of values.keys()) {
    if (!graph.parents.has(name)) throw new VhgmError("usage", `'${name}' stands in ${what}, but is no node of the graph, which has ${graph.nodes.join(", ")}.`);
  }
  return values;
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
