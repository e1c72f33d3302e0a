/** Conditions that invented people have to meet, such as sex = 'F' and age >= 60. */
import { isVhgmError, VhgmError } from "../../base/errors.js";
import { formatValue } from "../../data/cells.js";
import { formatCondition, parseCondition, type Condition } from "../../schema/condition.js";
import { gateThresholds } from "../../schema/rules.js";
import { isNumeric, type Schema } from "../../schema/schema.js";
import { bindCondition, namedAttributes, partners, thresholds, type Bound } from "../../schema/truth.js";
import { recorded } from "../gates.js";
import type { World } from "./people.js";

export interface Where {
  readonly text: string;
  readonly condition: Bound;
  /** Values that everybody has: what the condition demands with =. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
  /** Places of the other attributes that the condition hangs on, gates before what they gate. */
  readonly open: readonly number[];
  /** Ascending values of a place between which neither the condition nor a rule changes for a person of whom some values are known. */
  thresholds(at: number, values: Float64Array): readonly number[];
  /** Whether a person's value here is the last that a derived attribute of the condition waits for. */
  completes(at: number, values: Float64Array): boolean;
}

/** @throws VhgmError "usage" for a condition that can't be read, or that nobody can meet whatever the model says */
export function readWhere(text: string, world: World, schema: Schema): Where {
  const { rules, derived, columnOf, less } = world;
  const { attributes } = rules;
  let condition: Bound;
  let points: { at: number; value: number }[];
  const derivedOf = new Map(derived.map((entry) => [entry.attribute, entry]));
  try {
    const parsed = parseCondition(text, { pairs: true });
    bindCondition(parsed, schema.attributes); // tells of columns that are not modelled
    condition = bindCondition(parsed, attributes);
    points = conjuncts(parsed).flatMap((term) => {
      if (term.kind !== "compare" || term.op !== "=") return [];
      const bound = bindCondition(term, attributes);
      if (bound.kind !== "compare" || derivedOf.has(bound.attribute)) return [];
      return [{ at: bound.attribute, value: pointValue(bound.attribute, bound.value, formatCondition(term), world) }];
    });
  } catch (cause) {
    if (!isVhgmError(cause)) throw cause;
    throw new VhgmError("usage", `The people asked for can't be found: ${cause.message}${cause.message.endsWith(".") ? "" : "."}`, { cause, field: ["where"] });
  }
  // What the dictionary says is less than something that the condition names has to hold in the same breath.
  const touched = less.filter(({ small, large }) => namedAttributes(condition).some((at) => at === small || at === large));
  if (touched.length > 0) condition = { kind: "and", terms: [condition, ...touched.map(({ small, large }): Bound => ({ kind: "not", term: { kind: "pair", attribute: small, op: ">=", other: large } }))] };
  for (const { at, value } of points) {
    const other = points.find((point) => point.at === at && point.value !== value);
    if (other) throw nobodyMeets(text, `${attributes[at].name} can't be both ${shown(world, at, value)} and ${shown(world, at, other.value)}`);
  }
  points = points.filter(({ at }, k) => points.findIndex((point) => point.at === at) === k);
  const fixed = new Set(points.map(({ at }) => at));
  const wanted = new Set<number>();
  const want = (at: number): void => {
    if (wanted.has(at)) return;
    for (const gate of rules.ruleOf[at]?.gates ?? []) want(gate);
    for (const part of derivedOf.get(at)?.parts ?? []) want(part);
    wanted.add(at);
  };
  const named = namedAttributes(condition);
  named.forEach(want);
  for (const at of named) {
    if (columnOf[at] < 0) throw new VhgmError("usage", `The condition names ${attributes[at].name}, of which the model has seen no value.`);
  }
  const open = [...wanted].filter((at) => !fixed.has(at) && !derivedOf.has(at) && columnOf[at] >= 0);
  const waiting = derived.filter(({ attribute }) => wanted.has(attribute));
  return {
    text,
    condition,
    points,
    open,
    thresholds: (at, values) => {
      const others = partners(condition, at).map((other) => values[other]).filter((x) => !Number.isNaN(x));
      return [...new Set([...thresholds(condition, at), ...gateThresholds(rules, at), ...others])].sort((a, b) => a - b);
    },
    completes: (at, values) => waiting.some(({ parts }) => parts.includes(at) && parts.every((part) => part === at || !Number.isNaN(values[part]))),
  };
}

export const nobodyMeets = (text: string, why: string): VhgmError => new VhgmError("usage", `Nobody can meet the condition ${text}: ${why}.`, { field: ["where"] });

const conjuncts = (condition: Condition): readonly Condition[] => (condition.kind === "and" ? condition.terms.flatMap(conjuncts) : [condition]);

/** @throws VhgmError "usage" for a number that lies outside of what was learned, or between recorded ones */
function pointValue(at: number, value: number, term: string, { model, rules, columnOf }: World): number {
  const attribute = rules.attributes[at];
  const j = columnOf[at];
  if (!isNumeric(attribute.type) || j < 0) return value;
  const { lo, hi, size } = model.grids.grids[j];
  const plain = { ...attribute, min: undefined, max: undefined };
  if (value < lo[0] || value > hi[size - 1]) {
    throw new VhgmError("usage", `${term} lies outside of what the model has seen of ${attribute.name}, ${formatValue(lo[0], plain)} to ${formatValue(hi[size - 1], plain)}`);
  }
  if (recorded(value, attribute) !== value) {
    throw new VhgmError("usage", `${term} is no value that ${attribute.name} can have, which is recorded in steps of ${attribute.resolution}`);
  }
  return value;
}

/** A value as a person writes it. */
export function shown({ rules }: World, at: number, value: number): string {
  const attribute = rules.attributes[at];
  return isNumeric(attribute.type) ? formatValue(value, { ...attribute, min: undefined, max: undefined }) : `'${attribute.levels![value]}'`;
}
