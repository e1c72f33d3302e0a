import { describe, expect, it } from "vitest";
import { createRng } from "../../base/random.js";
import { nearest, pointsBy } from "./nearest.js";
import { takeRows } from "./people.js";
import { attackRows, exactCopies, privacyOf } from "./privacy.js";
import { relatedPeople } from "../../../test/support/invented.js";

const train = relatedPeople(300, 1);
const holdout = relatedPeople(300, 2);

describe("nearest", () => {
  it("is Gower's distance to the closest point, as a plain loop finds it", () => {
    const points = pointsBy(train);
    const found = nearest(points(holdout), points(train));
    const ranges = train.values.slice(0, 3).map((column) => {
      const known = column.filter((x) => !Number.isNaN(x)).sort();
      const at = (share: number): number => known[Math.round(share * (known.length - 1))];
      return at(0.99) - at(0.01);
    });
    const distance = (i: number, k: number): number =>
      train.values.reduce((sum, column, j) => {
        const [a, b] = [holdout.values[j][i], column[k]];
        if (Number.isNaN(a) || Number.isNaN(b)) return sum + (Number.isNaN(a) === Number.isNaN(b) ? 0 : 1);
        return sum + (j < 3 ? Math.min(1, Math.abs(a - b) / ranges[j]) : a === b ? 0 : 1);
      }, 0) / 5;
    for (const i of [0, 7, 99, 250]) expect(found[i]).toBeCloseTo(Math.min(...Array.from({ length: 300 }, (_, k) => distance(i, k))), 9);
  });

  it("leaves out who is to be left out", () => {
    const points = pointsBy(train)(train);
    expect(Math.max(...nearest(points, points))).toBe(0);
    expect(nearest(points, points, (i) => i).filter((d) => d === 0).length).toBeLessThan(30);
  });
});

describe("privacyOf", () => {
  it("finds nothing in people of the same kind, and catches the copying control", () => {
    const { copies, closest, attack, control } = privacyOf({ train, holdout, synthetic: relatedPeople(300, 3) }, 1);
    expect(copies.synthetic.rows).toBeLessThan(3);
    expect(closest.low).toBeLessThan(0.5);
    expect(closest.high).toBeGreaterThan(0.5);
    expect(attack.low).toBeLessThan(0.5);
    expect(attack.high).toBeGreaterThan(0.5);
    expect(attack.truePositivesAt1).toBeLessThan(0.06);
    expect(control.auc).toBeGreaterThan(0.9);
  });

  it("catches copies, and copies with noise", () => {
    const copied = privacyOf({ train, holdout, synthetic: train }, 1);
    expect(copied.copies.synthetic).toEqual({ rows: 300, of: 300 });
    expect(copied.closest.share).toBeGreaterThan(0.95);
    expect(copied.closest.synthetic).toBe(0);
    expect(copied.closest.holdout).toBeGreaterThan(0);
    expect(copied.attack.auc).toBeGreaterThan(0.9);
    const rng = createRng(5);
    const noisy = { ...train, values: train.values.map((column, j) => (j < 3 ? column.map((x) => x + rng.normal()) : column)) };
    const blurred = privacyOf({ train, holdout, synthetic: noisy }, 1);
    expect(blurred.copies.synthetic.rows).toBeLessThan(5);
    expect(blurred.attack.low).toBeGreaterThan(0.65);
    expect(blurred.closest.low).toBeGreaterThan(0.65);
  });

  it("is not fooled where an invented table holds hold-out people: they count against the attack", () => {
    const points = pointsBy(train);
    expect(attackRows(points(holdout), points(train), points(holdout), 1).auc).toBeLessThan(0.1);
  });
});

describe("exactCopies", () => {
  it("compares whole rows, holes included", () => {
    const table = takeRows(train, [0, 1, 2, 3]);
    const changed = { ...table, values: table.values.map((column, j) => (j === 2 ? column.map((x, i) => (i === 1 ? (Number.isNaN(x) ? 1 : NaN) : x)) : column)) };
    expect(exactCopies(changed, train)).toEqual({ rows: 3, of: 4 });
  });
});
