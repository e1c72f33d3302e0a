import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareNatural, levelIndex, sortBinary, sortLevels } from "./levels.js";

describe("sortLevels", () => {
  it("sorts numbers by value and texts as a reader would", () => {
    expect(sortLevels(["10", "2", "-1", "0.5"])).toEqual(["-1", "0.5", "2", "10"]);
    expect(sortLevels(["grade 10", "grade 2", "a"])).toEqual(["a", "grade 2", "grade 10"]);
  });

  it("compares consistently", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "B", "0", "1", "9", "-", " ") });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(Math.sign(compareNatural(a, b))).toBe(-Math.sign(compareNatural(b, a)) || 0);
        if (compareNatural(a, b) <= 0 && compareNatural(b, c) <= 0) expect(compareNatural(a, c)).toBeLessThanOrEqual(0);
        expect(compareNatural(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

it.each([
  [
    ["Yes", "No"],
    ["No", "Yes"],
  ],
  [
    ["TRUE", "FALSE"],
    ["FALSE", "TRUE"],
  ],
  [
    ["n", "Y"],
    ["n", "Y"],
  ],
  [
    ["some", "never"],
    ["never", "some"],
  ],
  [
    ["2", "1"],
    ["1", "2"],
  ],
  [
    ["1", "-1"],
    ["-1", "1"],
  ],
  [
    ["pos", "neg"],
    ["neg", "pos"],
  ],
  [
    ["m", "f"],
    ["f", "m"],
  ],
])("sortBinary orders %j as %j", (given, sorted) => expect(sortBinary(given)).toEqual(sorted));

it("levelIndex finds the only level of which a text is another spelling", () => {
  const index = levelIndex({ levels: ["Male", "very  good", "Ａ型", "ab", "AB"] });
  expect(["male", " MALE ", "Very good", "a型", "AB ", "ab", "Ab", "mal"].map(index)).toEqual([0, 0, 1, 2, 4, 3, -1, -1]);
});

it("levelIndex finds levels by text, then by number", () => {
  const index = levelIndex({ levels: ["1", "2", "2.0", "many"] });
  expect(["1", "2", "2.0", "many", "1.0", " 2", "3", "Many", ""].map(index)).toEqual([0, 1, 2, 3, 0, 1, -1, 3, -1]);
});
