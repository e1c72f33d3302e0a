import { describe, expect, test } from "vitest";
import { schemaProblems } from "./check.js";
import { compileDerived } from "./derived.js";
import { parseDictionary } from "./dictionary.js";
import type { Attribute, Schema } from "./schema.js";

const number = (name: string, more: Partial<Attribute> = {}): Attribute => ({ name, role: "attribute", type: "real", ...more });
const schema = (...attributes: Attribute[]): Schema => ({ version: 1, attributes });
const body = [number("weight", { type: "positive" }), number("height", { type: "positive" })];
const messages = (...attributes: Attribute[]): string[] => schemaProblems(schema(...attributes)).map(({ field, message }) => `${field}: ${message}`);

describe("derived attributes", () => {
  test("follow from their parts, rounded as they are recorded", () => {
    const [bmi] = compileDerived(schema(number("bmi", { equals: "weight / (height / 100)^2", resolution: 0.1 }), { ...number("id"), role: "id" }, ...body));
    expect(bmi).toMatchObject({ attribute: 0, parts: [1, 2] });
    expect(bmi.value([NaN, 70, 175])).toBe(22.9);
    expect(bmi.value([NaN, 70, NaN])).toBeNaN();
    expect(bmi.value([NaN, 70, 0])).toBeNaN();
  });

  test("tell a part that is not known, where there is one value that leads to them", () => {
    const [bmi] = compileDerived(schema(number("bmi", { equals: "weight / (height / 100)^2", resolution: 0.1 }), ...body));
    expect(bmi.part(2, [22.9, 70, NaN], [140, 200])).toBeCloseTo(174.84, 2);
    expect(bmi.part(1, [22.9, NaN, 175], [40, 150])).toBeCloseTo(70.13, 2);
    expect(bmi.part(2, [22.9, 70, NaN], [140, 170])).toBeNaN(); // beyond the end
    expect(bmi.part(2, [22.9, NaN, NaN], [140, 200])).toBeNaN();
    expect(bmi.part(2, [22.9, 70, NaN], [0, 200])).toBeCloseTo(174.84, 2);
    expect(bmi.part(2, [22.9, 70, NaN], [-200, 200])).toBeNaN();
    const [square] = compileDerived(schema(number("y", { equals: "x^2" }), number("x")));
    expect(square.part(1, [4, NaN], [-3, 3])).toBeNaN(); // two
    expect(square.part(1, [4, NaN], [0, 3])).toBeCloseTo(2, 9);
    expect(square.part(1, [9, NaN], [0, 3])).toBeCloseTo(3, 9);
  });

  test("come after those that they follow from", () => {
    const derived = compileDerived(schema(number("c", { equals: "b + 1" }), number("b", { equals: "a * 2" }), number("a")));
    expect(derived.map(({ attribute }) => attribute)).toEqual([1, 0]);
  });

  test("must name modelled numbers, and not themselves", () => {
    expect(messages(...body, number("x", { equals: "weight / hight" }))).toEqual([expect.stringMatching(/equals: .*names hight, but no attribute has that name; near to it is height; modelled numbers are allowed/)]);
    expect(messages({ ...number("sex"), type: "binary", levels: ["F", "M"] }, number("x", { equals: "sex + 1" }))[0]).toMatch(/names sex, but it has the type binary/);
    expect(messages({ ...number("id"), role: "id" }, number("x", { equals: "id" }))[0]).toMatch(/it has the role id/);
    expect(messages(number("x", { equals: "1 + 1" }))[0]).toMatch(/names no attribute/);
    expect(messages(number("x", { equals: "y" }), number("y", { equals: "x" }))).toEqual(["equals: equals leads back to the attribute itself; it must follow from other attributes"]);
    expect(messages({ ...number("d"), type: "date", equals: "x" }, number("x"))[0]).toMatch(/equals is for modelled numbers/);
  });

  test("are told with the dictionary's line", () => {
    const text = "version: 1\nattributes:\n  - name: x\n    type: real\n    equals: y +\n";
    expect(() => parseDictionary(text, "own.yaml")).toThrow(/own\.yaml, line 5: .*equals|own\.yaml, line 5: .*the end stands/);
    expect(() => compileDerived(schema(number("x", { equals: "y" })))).toThrow(/attribute "x": the expression "y" names y, but no attribute/);
  });
});
