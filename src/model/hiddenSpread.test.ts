import { describe, expect, test } from "vitest";
import { cellsOf, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { openSession } from "../engine/node/session.js";
import { hiddenCells } from "./hiddenSpread.js";
import { createLinearFitter, type Course } from "./linear.js";
import { sourceGroups, type RowGroup } from "./rowGroups.js";

/*
 * Two studies of as many people. Both record x; the first alone a1 and a2, which move with each other far more than x says,
 * and with x by slopes of their own; the second alone b.
 */
const rng = createRng(31);
const each = 4000;
const people = Array.from({ length: 2 * each }, (_, i) => {
  const [x, common] = [rng.normal(), rng.normal()];
  return { first: i < each, x, a1: 0.5 * x + common + 0.4 * rng.normal(), a2: 0.2 * x + common + 0.4 * rng.normal(), b: 0.7 * x + rng.normal() };
});
const cells = cellsOf(["x", "a1", "a2", "b"].map((name) => numberAttribute(name)), [
  people.map(({ x }) => x),
  people.map(({ first, a1 }) => (first ? a1 : NaN)),
  people.map(({ first, a2 }) => (first ? a2 : NaN)),
  people.map(({ first, b }) => (first ? NaN : b)),
]);
const layout = fitLayout(cells);
const table = encodeCells(cells, layout);
const from = Float32Array.from(people.flatMap(({ first }) => (first ? [1, 0] : [0, 1])));
const groups = sourceGroups(table, from, layout);
const place = (name: string): number => layout.columns.findIndex(({ attribute }) => attribute.name === name);
const featureOf = (name: string): number => layout.columns[place(name)].first;
const scaleOf = (name: string): number => layout.columns[place(name)].scale;

/** All of the covariance of hidden cells, with hardly a penalty. */
const whole: Course = { correction: 1, rounds: 30, early: 1e-4 };

async function fit(of: readonly RowGroup[]) {
  const fitter = await createLinearFitter(layout, openSession);
  const { fits } = await fitter.fit(table, { courses: [whole], penalties: [1e-4], groupings: of.length > 0 ? [of] : [] });
  await fitter.close();
  const [{ covariance, weights }] = fits;
  const d = layout.features;
  return {
    covariance: (a: string, b: string): number => covariance[featureOf(a) * d + featureOf(b)] * scaleOf(a) * scaleOf(b),
    /** Change of `target` with `name`, the others held. */
    slope: (target: string, name: string): number => (weights[featureOf(name) * d + featureOf(target)] * scaleOf(target)) / scaleOf(name),
  };
}

describe("columns that one source alone records", () => {
  test("are told with their rows; what both record is nobody's own", () => {
    expect(groups.map(({ columns }) => columns.map((j) => layout.columns[j].attribute.name).sort())).toEqual([["a1", "a2"], ["b"]]);
    expect(groups.map(({ rows }) => [rows[0], rows.length])).toEqual([[0, each], [each, each]]);
  });

  test("lie hidden together in the other's rows, in which none is hidden alone", () => {
    const within = layout.columns.map(({ first, width }, column) => ({ column, first, at: first, width }));
    const { alone, together } = hiddenCells(table, null, null, groups, within, layout);
    expect([...alone]).toEqual([0, 0, 0, 0]);
    expect(together.map(({ at }) => [...at]).sort((a, b) => b.length - a.length)).toEqual([[featureOf("a1"), featureOf("a2")].sort((a, b) => a - b), [featureOf("b")]]);
    for (const { root } of together) for (const r of root) expect(r ** 2).toBeCloseTo(0.5, 12);
    expect([...hiddenCells(table, null, null, [], within, layout).alone].sort()).toEqual([0, 0.5, 0.5, 0.5]);
  });

  test("get the covariance of the complete table, which each cell's own variance alone leaves too small", async () => {
    const [joint, single] = [await fit(groups), await fit([])];
    // Var(a1) = .25 + 1 + .16, Cov(a1, a2) = .1 + 1.
    expect(joint.covariance("a1", "a1")).toBeCloseTo(1.41, 1);
    expect(joint.covariance("a1", "a2")).toBeCloseTo(1.1, 1);
    expect(single.covariance("a1", "a2")).toBeLessThan(0.95);
    // b is independent of a1 given x: Cov = .5 * .7.
    expect(joint.covariance("a1", "b")).toBeCloseTo(0.35, 1);
  });

  test("tell of what both record as a regression on complete rows says", async () => {
    const [joint, single] = [await fit(groups), await fit([])];
    // The inverse of the covariance of (x, a1, a2, b) of complete people: x on the others.
    const truth = solve3([[1.41, 1.1, 0.35], [1.1, 1.2, 0.14], [0.35, 0.14, 1.49]], [0.5, 0.2, 0.7]);
    const farthest = ({ slope }: typeof joint): number => Math.max(...["a1", "a2", "b"].map((name, k) => Math.abs(slope("x", name) - truth[k])));
    expect(farthest(joint)).toBeLessThan(0.04);
    expect(farthest(single)).toBeGreaterThan(2 * farthest(joint));
  });
});

/** Cramer's rule. */
function solve3(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const det = (m: readonly (readonly number[])[]): number =>
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
  return b.map((_, k) => det(a.map((row, i) => row.map((v, j) => (j === k ? b[i] : v)))) / det(a));
}
