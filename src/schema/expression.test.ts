import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calculate, namesIn, parseExpression } from "./expression.js";

const value = (text: string, values: Record<string, number> = {}): number => calculate(parseExpression(text), (name) => values[name] ?? NaN);

describe("an expression", () => {
  test.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 4 - 3", 3],
    ["24 / 4 / 2", 3],
    ["2 ^ 3 ^ 2", 512],
    ["-2 ^ 2", -4],
    ["2 ^ -1", 0.5],
    ["--3", 3],
    [".5 * 1e2", 50],
  ])("%s comes to %d", (text, expected) => expect(value(text)).toBe(expected));

  test("takes attributes by their names, plain or in double quotes", () => {
    expect(value('weight / (height / 100)^2 + "a ""b"" c"', { weight: 81, height: 180, 'a "b" c': 5 })).toBeCloseTo(30, 12);
    expect(namesIn(parseExpression('weight / height + "waist size" * weight'))).toEqual(["weight", "height", "waist size"]);
    expect(value("größe * 2", { größe: 3 })).toBe(6);
  });

  test("has no value where a part is not known", () => expect(value("a + b", { a: 1 })).toBeNaN());

  test("agrees with arithmetic on random sums of products", () => {
    const number = fc.integer({ min: 0, max: 50 });
    const sum = fc.array(fc.tuple(fc.constantFrom("+", "-", "*"), number), { maxLength: 6 });
    fc.assert(fc.property(number, sum, (first, rest) => {
      const text = [String(first), ...rest.flat()].join(" ");
      expect(value(text)).toBe(new Function(`return ${text}`)());
    }));
  });

  test.each([
    ["", "the end stands where a number, the name of an attribute or an opening parenthesis is expected"],
    ["a +", "the end stands where a number"],
    ["(a", "the end stands where an operator (+ - * / ^) or a closing parenthesis"],
    ["a b", "b stands at character 3 where an operator (+ - * / ^) or the end"],
    ["a $ b", '"$" at character 3, which has no meaning'],
    ["2x", '"2" at character 1'],
  ])("%j is refused", (text, message) => expect(() => parseExpression(text)).toThrow(message));
});
