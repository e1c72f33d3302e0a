import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { comparisons, formatCondition, parseCondition, type Condition } from "./condition.js";

const literal = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
  fc.string({ unit: "grapheme" }),
);
const name = fc.oneof(fc.constantFrom("age", "and", "NOT", "blood pressure", 'a "b"', "体重"), fc.string({ unit: "grapheme" }));
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constant("compare" as const), name, op: fc.constantFrom(...comparisons), value: literal }),
    fc.record({ kind: fc.constant("in" as const), name, values: fc.array(literal, { minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constantFrom("and" as const, "or" as const), terms: fc.array(tie("condition"), { minLength: 2, maxLength: 3 }) }),
    fc.record({ kind: fc.constant("not" as const), term: tie("condition") }),
  ),
}));

describe("a condition", () => {
  it("written and read back is itself", () => {
    fc.assert(fc.property(condition, (c) => {
      expect(parseCondition(formatCondition(c))).toEqual(c);
    }), { numRuns: 500 });
  });

  it("means the same with other spaces, and with keywords in capitals", () => {
    expect(parseCondition("  sex='F'AND\n(age>=18 or NOT pregnancies In(1,2))")).toEqual(parseCondition("sex = 'F' and (age >= 18 or not pregnancies in (1, 2))"));
  });

  it.each<[string, Condition]>([
    ["age >= 18", { kind: "compare", name: "age", op: ">=", value: 18 }],
    ["x = -1.5e-3", { kind: "compare", name: "x", op: "=", value: -0.0015 }],
    ["visit < 2024-05-31", { kind: "compare", name: "visit", op: "<", value: "2024-05-31" }],
    [`"blood ""type""" != 'it''s'`, { kind: "compare", name: 'blood "type"', op: "!=", value: "it's" }],
    ["größe in (1,'b')", { kind: "in", name: "größe", values: [1, "b"] }],
    ["a not in (1)", { kind: "not", term: { kind: "in", name: "a", values: [1] } }],
  ])("%s is read", (text, expected) => expect(parseCondition(text)).toEqual(expected));

  it("binds and before or, and not first", () => {
    expect(parseCondition("a = 1 or b = 2 and not c = 3")).toEqual(parseCondition("a = 1 or (b = 2 and (not c = 3))"));
    expect(parseCondition("(a = 1 or b = 2) and c = 3")).not.toEqual(parseCondition("a = 1 or b = 2 and c = 3"));
    expect(formatCondition(parseCondition("not (a = 1 or b = 2)"))).toBe("not (a = 1 or b = 2)");
  });
});

test.each([
  ["", "the condition ends where the name of an attribute is expected"],
  ["yes", "the condition ends where one of = != < <= > >=, in or not in is expected"],
  ["sex = F", "the name F stands at character 7 where a value is expected: a number, a date such as 2024-05-31, or a text in single quotes such as 'F'"],
  ['sex = "F"', "the name F stands at character 7 where a value is expected"],
  ["sex = 'F", "there is a quotation mark that is never closed at character 7"],
  ["'sex' = 'F'", "'sex' stands at character 1 where the name of an attribute is expected"],
  ["sex == 'F'", "= stands at character 6 where a value is expected"],
  ["age > 18 age < 20", "the name age stands at character 10 where and, or or the end is expected"],
  ["(age > 18", "the condition ends where and, or or a closing parenthesis is expected"],
  ["age in 3", "3 stands at character 8 where a list in parentheses is expected"],
  ["age in (3", "the condition ends where a comma or a closing parenthesis is expected"],
  ["age in ()", ") stands at character 9 where a value is expected"],
  ["age not 3", "3 stands at character 9 where in is expected after not"],
  ["age & 3", 'there is "&", which has no meaning at character 5'],
  ["visit > 2024-02-30", "2024-02-30 at character 9 is no day of the calendar"],
  ["age > 1.2.3", 'there is "1", which has no meaning at character 7'],
])("%o is refused", (text, message) => {
  expect(() => parseCondition(text)).toThrow(message);
  expect(() => parseCondition(text)).toThrow(expect.objectContaining({ code: "schema", message: expect.stringContaining(JSON.stringify(text)) }));
});
