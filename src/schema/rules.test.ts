import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parseCondition } from "./condition.js";
import { parseDictionary } from "./dictionary.js";
import { compileRules, gateThresholds, whichApply } from "./rules.js";
import type { Attribute } from "./schema.js";
import { bindCondition, evaluate, noValue, partners, thresholds, type Bound, type Truth } from "./truth.js";

const attribute = (name: string, more: Partial<Attribute> = {}): Attribute => ({ name, role: "attribute", type: "real", ...more });
const sex = attribute("sex", { type: "binary", levels: ["M", "F"] });
const age = attribute("age", { type: "count", aliases: ["AGE"] });

/** Three number attributes with values around the literals, some unknown and some without a value. */
const value = fc.oneof(fc.constantFrom(NaN, noValue), fc.integer({ min: -1, max: 3 }));
const values = fc.tuple(value, value, value);
const place = fc.integer({ min: 0, max: 2 });
const small = fc.integer({ min: 0, max: 2 });
const { bound } = fc.letrec<{ bound: Bound }>((tie) => ({
  bound: fc.oneof(
    { depthSize: "small" },
    fc.record({ kind: fc.constant("compare" as const), attribute: place, op: fc.constantFrom("=", "!=", "<", "<=", ">", ">="), value: small }),
    fc.record({ kind: fc.constant("pair" as const), attribute: place, op: fc.constantFrom("=", "!=", "<", "<=", ">", ">="), other: place }),
    fc.record({ kind: fc.constant("in" as const), attribute: place, values: fc.array(small, { minLength: 1, maxLength: 2 }) }),
    fc.record({ kind: fc.constantFrom("and" as const, "or" as const), terms: fc.array(tie("bound"), { minLength: 2, maxLength: 3 }) }),
    fc.record({ kind: fc.constant("not" as const), term: tie("bound") }),
  ),
}));
const truthOf = (b: Bound, x: readonly number[]): Truth => evaluate(b, (at) => x[at]);
const not = (term: Bound): Bound => ({ kind: "not", term });
const join = (kind: "and" | "or", ...terms: Bound[]): Bound => ({ kind, terms });

/** Truth as 0, 1/2, 1, as Kleene's tables have it: and is the smallest, or the largest, not the distance from 1. */
function reference(b: Bound, x: readonly number[]): number {
  switch (b.kind) {
    case "not":
      return 1 - reference(b.term, x);
    case "and":
      return Math.min(...b.terms.map((term) => reference(term, x)));
    case "or":
      return Math.max(...b.terms.map((term) => reference(term, x)));
    case "in":
      return Number.isNaN(x[b.attribute]) ? 0.5 : b.values.some((v) => v === x[b.attribute]) ? 1 : 0;
    case "pair": {
      const [v, w] = [x[b.attribute], x[b.other]];
      if (Number.isNaN(v) || Number.isNaN(w)) return 0.5;
      if (v === Infinity || w === Infinity) return b.op === "!=" ? 1 : 0;
      return { "=": v === w, "!=": v !== w, "<": v < w, "<=": v <= w, ">": v > w, ">=": v >= w }[b.op] ? 1 : 0;
    }
    case "compare": {
      const v = x[b.attribute];
      if (Number.isNaN(v)) return 0.5;
      if (v === Infinity) return b.op === "!=" ? 1 : 0;
      return { "=": v === b.value, "!=": v !== b.value, "<": v < b.value, "<=": v <= b.value, ">": v > b.value, ">=": v >= b.value }[b.op] ? 1 : 0;
    }
  }
}

describe("three-valued truth", () => {
  it("is Kleene's", () => {
    fc.assert(fc.property(bound, values, (b, x) => {
      expect(truthOf(b, x)).toBe([false, null, true][2 * reference(b, x)]);
    }), { numRuns: 1000 });
  });

  it("obeys De Morgan, double negation, commutation and distribution", () => {
    fc.assert(fc.property(bound, bound, bound, values, (a, b, c, x) => {
      expect(truthOf(not(join("and", a, b)), x)).toBe(truthOf(join("or", not(a), not(b)), x));
      expect(truthOf(not(join("or", a, b)), x)).toBe(truthOf(join("and", not(a), not(b)), x));
      expect(truthOf(not(not(a)), x)).toBe(truthOf(a, x));
      expect(truthOf(join("or", a, b), x)).toBe(truthOf(join("or", b, a), x));
      expect(truthOf(join("and", a, join("or", b, c)), x)).toBe(truthOf(join("or", join("and", a, b), join("and", a, c)), x));
    }));
  });

  it("that is known stays as it is when more is known", () => {
    fc.assert(fc.property(bound, values, fc.tuple(small, small, small), (b, x, filled) => {
      const known = truthOf(b, x);
      if (known !== null) expect(truthOf(b, x.map((v, k) => (Number.isNaN(v) ? filled[k] : v)))).toBe(known);
    }));
  });

  it("does not change between neighbouring thresholds", () => {
    fc.assert(fc.property(bound, values, place, fc.double({ min: -1, max: 3, noNaN: true }), fc.double({ min: -1, max: 3, noNaN: true }), (b, x, at, u, v) => {
      const apart = [...thresholds(b, at), ...partners(b, at).map((other) => x[other])].some((t) => (u <= t && v >= t) || (v <= t && u >= t));
      if (!apart) expect(truthOf(b, x.with(at, u))).toBe(truthOf(b, x.with(at, v)));
    }));
  });
});

describe("a bound condition", () => {
  const attributes = [sex, age, attribute("visit", { type: "date" }), attribute("pain", { type: "ordinal", levels: ["none", "1", "2"] }), attribute("id", { role: "id" })];
  const bind = (text: string): Bound => bindCondition(parseCondition(text), attributes);

  test("has levels by their index, dates in days, names by alias", () => {
    expect(bind("sex = 'F'")).toMatchObject({ attribute: 0, value: 1 });
    expect(bind("AGE > 17")).toMatchObject({ attribute: 1, value: 17 });
    expect(bind("visit >= 1970-01-03")).toMatchObject({ attribute: 2, value: 2 });
    expect(bind("visit >= '1970-01-03'")).toMatchObject({ attribute: 2, value: 2 });
    expect(bind("pain >= 1")).toMatchObject({ attribute: 3, value: 1 });
    expect(bind("pain in ('2', 'none')")).toMatchObject({ attribute: 3, values: [2, 0] });
    expect(bind("age = '17'")).toMatchObject({ attribute: 1, value: 17 });
  });

  test.each([
    ["gender = 'F'", "no attribute has the name gender; there are sex, age, visit, pain"],
    ["Sex = 'F'", "no attribute has the name Sex; near to it is sex"],
    ["vist = 3", "no attribute has the name vist; near to it is visit"],
    ["id = 3", "id has the role id; a condition can only name columns with the role attribute"],
    ["sex = 'w'", "in sex = 'w': 'w' is no level of sex; its levels are 'M', 'F'"],
    ["sex in ('F', 'X')", "'X' is no level of sex"],
    ["sex < 'F'", "< compares sex, whose levels (M, F) have no order; allowed are =, != and in, or the type ordinal"],
    ["age = 'old'", "'old' is compared with age, which takes numbers"],
    ["visit = 3", "3 is compared with visit, which takes dates such as 2024-05-31"],
    ["visit = 'May'", "'May' is compared with visit, which takes dates"],
  ])("%s is refused", (text, message) => expect(() => bind(text)).toThrow(message));
});

describe("the rules of a dictionary", () => {
  const c = attribute("c", { applies_when: "b = 2" });
  const b = attribute("b", { applies_when: "a > 1" });
  const chain = [c, b, attribute("a"), attribute("id", { role: "id" }), attribute("w", { applies_when: "sex = 'F' and not age < 18" }), sex, age];
  const rules = compileRules({ attributes: chain });
  const at = (name: string): number => rules.attributes.findIndex((x) => x.name === name);
  const apply = (known: Record<string, number>): Record<string, Truth> => {
    const truths = whichApply(rules, (k) => known[rules.attributes[k].name] ?? NaN);
    return Object.fromEntries(["b", "c", "w"].map((name) => [name, truths[at(name)]]));
  };

  test("come after those of their gates, whatever the order of columns", () => {
    expect(rules.rules.map((rule) => rules.attributes[rule.attribute].name)).toEqual(["b", "c", "w"]);
    expect(rules.gates.map((k) => rules.attributes[k].name)).toEqual(["a", "sex", "age", "b"]);
    expect([rules.depth[at("a")], rules.depth[at("b")], rules.depth[at("c")]]).toEqual([0, 1, 2]);
    expect(rules.ruleOf[at("w")]!.gates).toEqual([at("sex"), at("age")].sort());
    expect(rules.dependents[at("a")]).toEqual([at("b"), at("c")].sort());
    expect(rules.dependents[at("c")]).toEqual([]);
    expect(gateThresholds(rules, at("age"))).toEqual([18]);
  });

  test("say who has what, down a chain", () => {
    expect(apply({})).toEqual({ b: null, c: null, w: null });
    expect(apply({ a: 1 })).toEqual({ b: false, c: false, w: null });
    // b stands in the table although it does not apply: it does not count.
    expect(apply({ a: 1, b: 2 })).toEqual({ b: false, c: false, w: null });
    expect(apply({ a: 2, b: 2, sex: 1, age: 18 })).toEqual({ b: true, c: true, w: true });
    expect(apply({ a: 2, b: 1, sex: 1, age: 17 })).toEqual({ b: true, c: false, w: false });
    expect(apply({ b: 2, sex: 0 })).toEqual({ b: null, c: true, w: false });
    expect(apply({ sex: noValue, age: 40 })).toEqual({ b: null, c: null, w: false });
  });

  test("must not run in circles", () => {
    const circle = [attribute("a", { applies_when: "c = 1" }), b, c, attribute("own", { applies_when: "own = 1" })];
    expect(() => compileRules({ attributes: circle })).toThrow(`attribute "a": the conditions run in a circle (a depends on c depends on b depends on a)`);
    expect(() => compileRules({ attributes: [circle[3]] })).toThrow("the condition names own itself");
  });
});

describe("a dictionary with a condition that is wrong", () => {
  const read = (condition: string) =>
    parseDictionary(`attributes:\n  - {name: sex, type: binary, levels: [M, F]}\n  - name: births\n    type: count\n    applies_when: ${JSON.stringify(condition)}\n`, "d.yaml");
  test.each([
    ["sex = 'W'", `d.yaml, line 5: attribute "births": in sex = 'W': 'W' is no level of sex; its levels are 'M', 'F'.`],
    ["sex =", `d.yaml, line 5: attribute "births": in the condition "sex =" the condition ends where a value is expected`],
    ["births > 0", `d.yaml, line 5: attribute "births": the condition names births itself; it must name other attributes.`],
  ])("%s is refused with file, line and attribute", (condition, message) => expect(() => read(condition)).toThrow(message));

  test("and one that is right is kept as it was written", () => expect(read("sex='F'").attributes[1].applies_when).toBe("sex='F'"));
});
