import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isJsonNumber, jsonMembers } from "./json.js";

describe("jsonMembers", () => {
  test("values keep their text, keys their order", () => {
    const source =
      ' {"b" : 1.50, "10":12345678901234567890,"2":"x\\"\\u00e9\\\\" , "n":null,"t":true,"o":{"a":[1,"}"]},"e":[ ] } ';
    expect(jsonMembers(source)).toEqual([
      { key: "b", kind: "decimal", text: "1.50" },
      { key: "10", kind: "integer", text: "12345678901234567890" },
      { key: "2", kind: "string", text: 'x"é\\' },
      { key: "n", kind: "null", text: "null" },
      { key: "t", kind: "boolean", text: "true" },
      { key: "o", kind: "nested", text: '{"a":[1,"}"]}' },
      { key: "e", kind: "nested", text: "[ ]" },
    ]);
    expect(jsonMembers("{}")).toEqual([]);
  });
  test.each(["", "[1]", "3", "null", '"a"', "{a:1}", '{"a":1', '{"a":1,"a":2}', '{"a":NaN}'])("%j is refused", (source) => {
    expect(() => jsonMembers(source)).toThrow(SyntaxError);
  });
  test("agrees with JSON.parse on any object, with and without white space", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2, "\t"), (object, indent) => {
        const members = jsonMembers(JSON.stringify(object, null, indent));
        const rebuilt = members.map(({ key, kind, text }) => [key, kind === "string" ? text : JSON.parse(text)]);
        expect(rebuilt).toEqual(Object.entries(JSON.parse(JSON.stringify(object)) as object));
      }),
    );
  });
});

test("isJsonNumber", () => {
  for (const yes of ["0", "-0", "10", "1.50", "-1e-7", "2E+3"]) expect(isJsonNumber(yes)).toBe(true);
  for (const no of ["", "+1", "01", ".5", "1.", "1e", "NaN", "Infinity", "1_000", " 1", "0x1"]) {
    expect(isJsonNumber(no)).toBe(false);
  }
});
