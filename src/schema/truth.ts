/** Conditions bound to attributes, and what they come to for a person of whom not everything is known. */
import { VhgmError } from "../base/errors.js";
import { formatCondition, type Comparison, type Condition, type Literal } from "./condition.js";
import { levelIndex } from "./levels.js";
import { nearNames } from "./nearNames.js";
import { isNumeric, type Attribute } from "./schema.js";
import { parseDate, parseNumber } from "./values.js";

/** True, false, or null for unknown (Kleene's three-valued logic). */
export type Truth = boolean | null;

/**
 * Value of an attribute of a person: a number (dates: days since 1970-01-01), the index of a level, NaN where it is not
 * known, and `noValue` where there is none: the attribute does not apply, or the cell's text is no level of it.
 */
export type ValueOf = (attribute: number) => number;
export const noValue = Infinity;

/** A condition with attributes as their place in a list, and values as numbers or level indices. */
export type Bound =
  | { readonly kind: "compare"; readonly attribute: number; readonly op: Comparison; readonly value: number }
  | { readonly kind: "pair"; readonly attribute: number; readonly op: Comparison; readonly other: number }
  | { readonly kind: "in"; readonly attribute: number; readonly values: readonly number[] }
  | { readonly kind: "and" | "or"; readonly terms: readonly Bound[] }
  | { readonly kind: "not"; readonly term: Bound };

/**
 * Binds a condition to attributes, whose names or aliases it uses.
 * @throws VhgmError "schema" for an attribute that is none, or that is not modelled, a level that is none, an order of levels
 *   that have none, or a text in the place of a number; no full stop ends the message
 */
export function bindCondition(condition: Condition, attributes: readonly Attribute[]): Bound {
  switch (condition.kind) {
    case "and":
    case "or":
      return { kind: condition.kind, terms: condition.terms.map((term) => bindCondition(term, attributes)) };
    case "not":
      return { kind: "not", term: bindCondition(condition.term, attributes) };
    case "in": {
      const attribute = findAttribute(condition, attributes);
      return { kind: "in", attribute, values: condition.values.map((value) => literalValue(value, attributes[attribute], condition)) };
    }
    case "pair":
      return bindPair(condition, attributes);
    case "compare": {
      const attribute = findAttribute(condition, attributes);
      const { type, name, levels = [] } = attributes[attribute];
      const ordered = condition.op !== "=" && condition.op !== "!=";
      if (ordered && (type === "categorical" || type === "binary")) {
        fail(condition, `${condition.op} compares ${name}, whose levels (${levels.join(", ")}) have no order; allowed are =, != and in, or the type ordinal`);
      }
      return { kind: "compare", attribute, op: condition.op, value: literalValue(condition.value, attributes[attribute], condition) };
    }
  }
}

function bindPair(condition: Condition & { kind: "pair" }, attributes: readonly Attribute[]): Bound {
  const first = findAttribute(condition, attributes);
  const { name, levels = [] } = attributes[first];
  const isName = attributes.some((attribute) => attribute.name === condition.other || attribute.aliases?.includes(condition.other));
  if (!isName && levels.includes(condition.other)) fail(condition, `${condition.other} is a level of ${name}; levels are written in quotes, as '${condition.other}'`);
  const places = [first, findAttribute(condition, attributes, condition.other)];
  const [a, b] = places.map((at) => attributes[at]);
  const alike = isNumeric(a.type) && isNumeric(b.type) && (a.type === "date") === (b.type === "date");
  if (!alike || a === b) fail(condition, `${a.name} (${a.type}) is compared with ${b.name} (${b.type}); allowed are two different numbers, or two dates`);
  return { kind: "pair", attribute: places[0], op: condition.op, other: places[1] };
}

function fail(condition: Condition, message: string): never {
  throw new VhgmError("schema", `in ${formatCondition(condition)}: ${message}`);
}

function findAttribute(condition: Condition & { name: string }, attributes: readonly Attribute[], name = condition.name): number {
  const named = attributes.findIndex((attribute) => attribute.name === name);
  const at = named >= 0 ? named : attributes.findIndex(({ aliases }) => aliases?.includes(name));
  if (at >= 0 && attributes[at].role === "attribute") return at;
  if (at >= 0) fail(condition, `${name} has the role ${attributes[at].role}; a condition can only name columns with the role attribute`);
  const near = nearNames(name, attributes.filter(({ role }) => role === "attribute").map((attribute) => attribute.name));
  return fail(condition, `no attribute has the name ${name}${near && `; ${near}`}`);
}

function literalValue(value: Literal, attribute: Attribute, condition: Condition): number {
  const { name, type, levels = [] } = attribute;
  if (!isNumeric(type)) {
    const level = levelIndex(attribute)(String(value));
    if (level < 0) fail(condition, `${typeof value === "number" ? value : `'${value}'`} is no level of ${name}; its levels are ${levels.map((l) => `'${l}'`).join(", ")}`);
    return level;
  }
  const number = typeof value === "number" ? (type === "date" ? null : value) : type === "date" ? parseDate(value) : parseNumber(value);
  if (number === null || !Number.isFinite(number)) {
    const given = typeof value === "number" ? value : `'${value}'`;
    fail(condition, type === "date" ? `${given} is compared with ${name}, which takes dates such as 2024-05-31` : `${given} is compared with ${name}, which takes numbers`);
  }
  return number;
}

/**
 * What a condition comes to. Nothing is known of a comparison with an unknown value. An attribute without a value is equal
 * to nothing and different from everything, and stands in no order to anything: of the comparisons only != is true of it.
 */
export function evaluate(bound: Bound, valueOf: ValueOf): Truth {
  switch (bound.kind) {
    case "compare":
      return test(valueOf(bound.attribute), bound.op, bound.value);
    case "pair": {
      const [x, y] = [valueOf(bound.attribute), valueOf(bound.other)];
      if (y === noValue) return Number.isNaN(x) ? null : bound.op === "!=";
      return Number.isNaN(y) ? null : test(x, bound.op, y);
    }
    case "in": {
      const x = valueOf(bound.attribute);
      return Number.isNaN(x) ? null : bound.values.includes(x);
    }
    case "not": {
      const inner = evaluate(bound.term, valueOf);
      return inner === null ? null : !inner;
    }
    case "and":
    case "or": {
      const decisive = bound.kind === "or";
      let result: Truth = !decisive;
      for (const term of bound.terms) {
        const value = evaluate(term, valueOf);
        if (value === decisive) return decisive;
        if (value === null) result = null;
      }
      return result;
    }
  }
}

function test(x: number, op: Comparison, value: number): Truth {
  if (Number.isNaN(x)) return null;
  if (x === noValue) return op === "!=";
  switch (op) {
    case "=":
      return x === value;
    case "!=":
      return x !== value;
    case "<":
      return x < value;
    case "<=":
      return x <= value;
    case ">":
      return x > value;
    case ">=":
      return x >= value;
  }
}

/** The attributes that a condition names, each once, in their order. */
export function namedAttributes(bound: Bound): number[] {
  const found = new Set<number>();
  visit(bound, (attribute) => found.add(attribute));
  return [...found].sort((a, b) => a - b);
}

/** The attributes that a condition compares an attribute with. */
export function partners(bound: Bound, attribute: number): number[] {
  if (bound.kind === "pair") return bound.attribute === attribute ? [bound.other] : bound.other === attribute ? [bound.attribute] : [];
  if (bound.kind === "not") return partners(bound.term, attribute);
  return bound.kind === "and" || bound.kind === "or" ? [...new Set(bound.terms.flatMap((term) => partners(term, attribute)))] : [];
}

/** The values that a condition compares an attribute with: between two neighbours the condition does not change. */
export function thresholds(bound: Bound, attribute: number): number[] {
  const found = new Set<number>();
  visit(bound, (named, values) => named === attribute && values.forEach((value) => found.add(value)));
  return [...found].sort((a, b) => a - b);
}

function visit(bound: Bound, see: (attribute: number, values: readonly number[]) => void): void {
  if (bound.kind === "compare") see(bound.attribute, [bound.value]);
  else if (bound.kind === "pair") [bound.attribute, bound.other].forEach((at) => see(at, []));
  else if (bound.kind === "in") see(bound.attribute, bound.values);
  else if (bound.kind === "not") visit(bound.term, see);
  else for (const term of bound.terms) visit(term, see);
}
