import { describe, expect, test } from "vitest";
import { joinLevels, calibrationOf, defaultReach, levelsOf, type ColumnCalibration } from "./columnCalibration.js";

const calibration = (own: Partial<ColumnCalibration>): ColumnCalibration => ({ weights: [0.2, 0.3, 0.5], spread: 1, histogram: 0, cells: [], ...own });

describe("the calibration of a row", () => {
  const full = calibration({ weights: [0, 0, 1], trees: 0.5, stretch: 1, spread: 1, score: { sd: 0.4, share: 1 }, histogram: 0.2, cells: [1, 2], reach: 2, seen: 0.8 });
  const third = calibration({ weights: [0.5, 0, 0.5], trees: 0.1, stretch: 1.2, spread: 1.5, score: { sd: 0.8, share: 0.5 }, histogram: 0, cells: [1, 1], reach: 1, seen: 0.4 });
  const few = calibration({ weights: [1, 0, 0], trees: 0, spread: 2, score: { sd: 1, share: 0 }, histogram: 0, cells: [3, 1], seen: 0.1 });
  const model = { columns: [full], lessSeen: [[few], [third]] };

  test("is a level's own where as much is seen, the nearest level's beyond the last", () => {
    for (const seen of [0.8, 0.9, 1]) expect(calibrationOf(model, seen, 0)).toBe(full);
    expect(calibrationOf(model, 0.4, 0)).toBe(third);
    for (const seen of [0, 0.05, 0.1]) expect(calibrationOf(model, seen, 0)).toBe(few);
    expect(levelsOf(model, 0)).toEqual([few, third, full]);
  });

  test("lies on a straight line between two levels", () => {
    const near = (found: ColumnCalibration, wanted: Omit<ColumnCalibration, "seen">): void => {
      expect(found.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      const flat = ({ weights, trees, stretch, spread, score, histogram, cells, reach }: ColumnCalibration): number[] => [...weights, trees!, stretch!, spread, score!.sd, score!.share, histogram, ...cells, reach!];
      flat(found).forEach((value, k) => expect(value).toBeCloseTo(flat(wanted)[k], 12));
    };
    near(calibrationOf(model, 0.5, 0), { weights: [0.375, 0, 0.625], trees: 0.2, stretch: 1.15, spread: 1.375, score: { sd: 0.7, share: 0.625 }, histogram: 0.05, cells: [1, 1.25], reach: 1.25 });
    near(calibrationOf(model, 0.25, 0), { weights: [0.75, 0, 0.25], trees: 0.05, stretch: 1.1, spread: 1.75, score: { sd: 0.9, share: 0.25 }, histogram: 0, cells: [2, 1], reach: (1 + defaultReach) / 2 });
  });

  test("is the only one in a model that has one, or whose graph does not tell what is seen", () => {
    expect(calibrationOf({ columns: [full] }, 0.2, 0)).toBe(full);
    expect(calibrationOf(model, undefined, 0)).toBe(full);
    expect(levelsOf({ columns: [full] }, 0)).toEqual([full]);
  });

  test("goes over in a step where two levels were learned from rows of which as much was seen", () => {
    const same = { columns: [full], lessSeen: [[{ ...few, seen: 0.8 }]] };
    expect(calibrationOf(same, 0.8 - 1e-5, 0).spread).toBe(2);
    expect(calibrationOf(same, 0.8 + 1e-5, 0).spread).toBe(1);
  });
});

describe("levels that are joined", () => {
  const score = { sd: 0.4, share: 0.7 };
  const own = [calibration({ score, seen: 0.9 }), calibration({ score, seen: 0.9 }), calibration({ seen: 0.6 })];
  const less = [calibration({ seen: 0.3 }), calibration({ score: { sd: 1, share: 0.2 }, seen: 0.3 }), calibration({ score, seen: 0.3 })];
  const { columns, lessSeen } = joinLevels(own, [less]);

  test("have Gaussians of the normal score where full rows have one, and only there", () => {
    expect(lessSeen![0].map((c) => c.score)).toEqual([{ sd: 0.4, share: 0 }, { sd: 1, share: 0.2 }, undefined]);
  });

  test("keep the calibration of nothing seen for rows of which nothing is", () => {
    const nothing = less.map((c) => ({ ...c, seen: 0, spread: 5 }));
    const joined = joinLevels(own, [nothing, less]);
    expect(joined.lessSeen!.map((level) => level.map(({ seen }) => seen))).toEqual([[0, 0, 0], [1 / 6, 1 / 6, 1 / 6]]);
    expect(calibrationOf(joined, 0, 0).spread).toBe(5);
    expect(calibrationOf(joined, 1 / 3, 0).spread).toBe(1);
  });

  test("take a row as full when it shows but a third less of the way to the next level", () => {
    columns.forEach(({ seen }, j) => expect(seen).toBeCloseTo([0.7, 0.7, 0.5][j], 12));
    expect(joinLevels(own, []).columns).toEqual(own);
  });
});
