/** The dictionary's rules: to which people an attribute applies. */
import { VhgmError } from "../base/errors.js";
import { parseCondition } from "./condition.js";
import type { Attribute, Schema } from "./schema.js";
import { bindCondition, evaluate, namedAttributes, noValue, thresholds, type Bound, type Truth, type ValueOf } from "./truth.js";

/** That an attribute applies only to those of whom a condition is true. */
export interface Rule {
  /** Place of the attribute, as in `Rules.attributes`. */
  readonly attribute: number;
  /** The condition as the dictionary has it. */
  readonly text: string;
  readonly condition: Bound;
  /** Places of the attributes that the condition names: its gates. */
  readonly gates: readonly number[];
}

export interface Rules {
  /** The attributes that places refer to: the dictionary's modelled ones, in its order. */
  readonly attributes: readonly Attribute[];
  /** Every rule after the rules of its gates. */
  readonly rules: readonly Rule[];
  /** By place: the attribute's own rule. */
  readonly ruleOf: readonly (Rule | undefined)[];
  /** By place: 0 for an attribute without a rule, else one more than the deepest of its gates. */
  readonly depth: readonly number[];
  /** The attributes that some condition names, each after its own gates. */
  readonly gates: readonly number[];
  /** By place: the attributes whose rule names it, directly or through other gates. */
  readonly dependents: readonly (readonly number[])[];
}

/** What is wrong with an `applies_when`: the attribute's place in the schema, and a sentence without its full stop. */
export interface RuleProblem {
  readonly attribute: number;
  readonly message: string;
}

type Drafts = Map<number, Omit<Rule, "attribute">>;

/** Reads every condition of a list of attributes, in which roles count. */
function readRules(attributes: readonly Attribute[]): { drafts: Drafts; problems: RuleProblem[] } {
  const drafts: Drafts = new Map();
  const problems: RuleProblem[] = [];
  attributes.forEach(({ applies_when: text }, attribute) => {
    if (text === undefined) return;
    try {
      const condition = bindCondition(parseCondition(text), attributes);
      drafts.set(attribute, { text, condition, gates: namedAttributes(condition) });
    } catch (error) {
      if (!(error instanceof VhgmError)) throw error;
      problems.push({ attribute, message: error.message });
    }
  });
  const { circles } = sortRules(drafts);
  for (const circle of circles) {
    const names = [...circle, circle[0]].map((at) => attributes[at].name);
    problems.push({
      attribute: circle[0],
      message: circle.length === 1
        ? `the condition names ${names[0]} itself; it must name other attributes`
        : `the conditions run in a circle (${names.join(" depends on ")}); an attribute must not depend on itself`,
    });
  }
  return { drafts, problems };
}

/** Gates before what they gate; attributes that lie on a circle or behind one are left out of the order. */
function sortRules(drafts: Drafts): { order: number[]; depth: Map<number, number>; circles: number[][] } {
  const depth = new Map<number, number>();
  const order: number[] = [];
  const circles: number[][] = [];
  const path: number[] = [];
  const broken = new Set<number>();
  const visit = (at: number): number => {
    const draft = drafts.get(at);
    if (!draft) return 0;
    const known = depth.get(at);
    if (known !== undefined) return known;
    const start = path.indexOf(at);
    if (start >= 0) {
      const circle = path.slice(start);
      if (!circle.some((member) => broken.has(member))) circles.push(circle);
      circle.forEach((member) => broken.add(member));
      return 0;
    }
    path.push(at);
    const own = 1 + Math.max(...draft.gates.map(visit));
    path.pop();
    depth.set(at, own);
    order.push(at);
    return own;
  };
  for (const at of drafts.keys()) visit(at);
  return { order, depth, circles };
}

/** What is wrong with a dictionary's conditions, by their place in the schema. */
export const ruleProblems = (schema: Schema): RuleProblem[] =>
  readRules(schema.attributes).problems.sort((a, b) => a.attribute - b.attribute);

const compiled = new WeakMap<object, Rules>();

/**
 * The rules of a dictionary; read once for each schema, which every question to a model asks for.
 * @throws VhgmError "schema" naming the attribute, for a condition that cannot be read or that names what it must not
 */
export function compileRules({ attributes }: Pick<Schema, "attributes">): Rules {
  let rules = compiled.get(attributes);
  if (!rules) compiled.set(attributes, (rules = readAndSort(attributes)));
  return rules;
}

function readAndSort(all: readonly Attribute[]): Rules {
  // Roles are checked against all columns; places refer to the modelled ones.
  const { problems } = readRules(all);
  const attributes = all.filter(({ role }) => role === "attribute");
  for (const { attribute, message } of problems) {
    const { name, role } = all[attribute];
    if (role === "attribute") throw new VhgmError("schema", `attribute ${JSON.stringify(name)}: ${message}.`);
  }
  const { drafts } = readRules(attributes);
  const { order, depth } = sortRules(drafts);
  const rules = order.map((attribute): Rule => ({ attribute, ...drafts.get(attribute)! }));
  const byPlace = new Map(rules.map((rule) => [rule.attribute, rule]));
  const depths = attributes.map((_, at) => depth.get(at) ?? 0);
  const gates = [...new Set(rules.flatMap((rule) => rule.gates))].sort((a, b) => depths[a] - depths[b] || a - b);
  return { attributes, rules, ruleOf: attributes.map((_, at) => byPlace.get(at)), depth: depths, gates, dependents: findDependents(rules, attributes.length) };
}

function findDependents(rules: readonly Rule[], attributes: number): number[][] {
  const found = Array.from({ length: attributes }, () => new Set<number>());
  // From the deepest rule upwards, so that a gate knows its own dependents before they are passed on.
  for (const { attribute, gates } of [...rules].reverse()) {
    for (const gate of gates) for (const dependent of [attribute, ...found[attribute]]) found[gate].add(dependent);
  }
  return found.map((set) => [...set].sort((a, b) => a - b));
}

/**
 * Which attributes apply to a person, given what is known: true, false, or null where that hangs on an unknown value.
 * Attributes without a rule apply to everybody. A value of an attribute that does not apply counts as none.
 * @param valueOf by place in `rules.attributes`
 */
export function whichApply(rules: Rules, valueOf: ValueOf): Truth[] {
  const applies: Truth[] = rules.attributes.map(() => true);
  const seen: ValueOf = (at) => (applies[at] === false ? noValue : valueOf(at));
  for (const { attribute, condition } of rules.rules) applies[attribute] = evaluate(condition, seen);
  return applies;
}

/** Values of a gate between which no rule changes, that of the gate itself left out. */
export const gateThresholds = (rules: Rules, gate: number): number[] =>
  [...new Set(rules.rules.flatMap(({ condition }) => thresholds(condition, gate)))].sort((a, b) => a - b);
