import { describe, expect, test } from "vitest";
import { numberAttribute } from "../../test/support/tables.js";
import { putInOrder } from "./order.js";

const [diastolic, systolic, map] = [0, 1, 2];
const attributes = [
  numberAttribute("diastolic", { type: "count", resolution: 1, min: 30, max: 140 }),
  numberAttribute("systolic", { type: "count", resolution: 10, min: 70, max: 240 }),
  numberAttribute("map", { resolution: 0.5 }),
];
const less = [{ small: diastolic, large: systolic }];

function ordered(values: readonly number[], filled: readonly number[], rules = less): number[] {
  const known = Float64Array.from(values);
  putInOrder(rules, attributes, known, (place) => filled.includes(place));
  return [...known];
}

describe("filled numbers that are less than others", () => {
  test("stay where they are in order, where either is unknown, and where both were observed", () => {
    expect(ordered([80, 120, 90], [diastolic, systolic])).toEqual([80, 120, 90]);
    expect(ordered([80, NaN, 90], [diastolic])).toEqual([80, NaN, 90]);
    expect(ordered([NaN, 120, 90], [diastolic, systolic])).toEqual([NaN, 120, 90]);
    expect(ordered([130, 120, 90], [])).toEqual([130, 120, 90]);
  });

  test("move just past the observed one, by their own resolution", () => {
    expect(ordered([130, 120, 90], [diastolic])).toEqual([119, 120, 90]);
    expect(ordered([120, 120, 90], [diastolic])).toEqual([119, 120, 90]);
    expect(ordered([124, 120, 90], [systolic])).toEqual([124, 130, 90]);
    expect(ordered([125, 100, 90], [systolic])[1]).toBeGreaterThan(125);
  });

  test("change places where both were filled; of two equal ones the larger moves", () => {
    expect(ordered([130, 100, 90], [diastolic, systolic])).toEqual([100, 130, 90]);
    expect(ordered([100, 100, 90], [diastolic, systolic])).toEqual([100, 110, 90]);
  });

  test("never leave their range", () => {
    expect(ordered([80, 30, 90], [diastolic])).toEqual([80, 30, 90]);
    expect(ordered([20, 10, 90], [diastolic, systolic])).toEqual([20, 10, 90]);
  });

  test("come into order along a chain, whatever the order of its rules", () => {
    const chain = [{ small: map, large: systolic }, { small: diastolic, large: map }];
    expect(ordered([130, 100, 90], [systolic, map], chain)).toEqual([130, 140, 130.5]);
    expect(ordered([130, 100, 90], [systolic, map], [...chain].reverse())).toEqual([130, 140, 130.5]);
  });
});
