import { describe, expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { cellsOf, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { float32, Graph, toOnnx } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { toFeatures } from "./blocks.js";
import { likelySourcesOf, sourceRule, sourcesOfRows } from "./likelySource.js";
import { corrected, createLinearFitter } from "./linear.js";
import { combineFits, type DenseMap } from "./linearMap.js";
import { linearPath, mapConstants } from "./linearPath.js";

/*
 * Two studies record x, higher by 1 in the second, and a laboratory value, for which the second's method gives `more`; each has
 * a column of its own. The value moves with x by .6, the two other columns with the value.
 */
function studies(more: number) {
  const rng = createRng(3);
  const people = Array.from({ length: 1200 }, (_, i) => {
    const second = i >= 700;
    const x = rng.normal() + (second ? 1 : 0);
    const value = 0.6 * x + 0.5 * rng.normal();
    return { second, x, value: value + (second ? more : 0), first: value + 0.5 * rng.normal(), other: value + 0.5 * rng.normal() };
  });
  const column = (of: (person: (typeof people)[number]) => number, has: (person: (typeof people)[number]) => boolean = () => true): number[] =>
    people.map((person) => (has(person) && rng.uniform() > 0.2 ? of(person) : NaN));
  const cells = {
    ...cellsOf(names.map((name) => numberAttribute(name)), [
      column(({ x }) => x),
      column(({ value }) => value),
      column(({ first }) => first, ({ second }) => !second),
      column(({ other }) => other, ({ second }) => second),
    ]),
    source: Uint16Array.from(people, ({ second }) => Number(second)),
    origins: [[0], [1]],
    sources: [
      { name: "one", measures: Uint8Array.of(1, 1, 1, 0) },
      { name: "two", measures: Uint8Array.of(1, 1, 0, 1) },
    ],
  };
  const layout = fitLayout(cells);
  return { cells, layout, rule: sourceRule(cells, layout)! };
}
const names = ["x", "value", "first", "other"] as const;
type Name = (typeof names)[number];
const apart = studies(3);
const { cells, layout, rule } = apart;
const bitsOf = (...shown: Name[]): number[] => layout.columns.map(({ attribute }) => Number((shown as string[]).includes(attribute.name)));

describe("which source a row is likely from", () => {
  const rows = [bitsOf("x"), bitsOf("x", "first"), bitsOf("other"), bitsOf("first", "other"), bitsOf()];

  test("is told by what it has; the shares of the rows decide where nothing does, or too much", async () => {
    const share = [700 / 1200, 500 / 1200];
    const g = new Graph();
    g.output("shares", likelySourcesOf(g.input("visible", ["B", 4]), g.constant(rule.unmeasured, [4, 2]), g.constant(rule.share, [2])));
    const session = await openSession(toOnnx(g));
    const { shares } = await session.run({ visible: float32(Float32Array.from(rows.flat()), rows.length, 4) });
    await session.close();
    expect(difference(shares.data as Float32Array, [share, [1, 0], [0, 1], share, share].flat())).toBeLessThan(1e-5);
  });

  test("is not asked of one table, or of sources that measure the same", () => {
    expect(sourceRule({ rows: 2, attributes: cells.attributes, values: cells.values }, layout)).toBeNull();
    const alike = cells.sources.map((source) => ({ ...source, measures: source.measures.map(() => 1) }));
    expect(sourceRule({ ...cells, sources: alike }, layout)).toBeNull();
  });
});

describe("centres of the sources", () => {
  async function mapOf({ cells: all, layout: lay, rule: its }: typeof apart, withSources = true): Promise<DenseMap> {
    const fitter = await createLinearFitter(lay, openSession);
    const from = withSources ? sourcesOfRows(all, Int32Array.from({ length: all.rows }, (_, i) => i)) : null;
    const { fits } = await fitter.fit(encodeCells(all, lay), { courses: [corrected[0]], penalties: [0.01], from });
    await fitter.close();
    return combineFits(fits, lay.columns.map(() => 0), lay, { onAllRows: 1, rounds: 6, rule: withSources ? its : undefined });
  }

  /** What a map says of one column, in its units, of people of whom some columns are known. */
  async function answers(map: DenseMap, { cells: { attributes }, layout: lay }: typeof apart, asked: Name, known: Partial<Record<Name, number>>[]): Promise<number[]> {
    const d = lay.features;
    const g = new Graph();
    const visible = g.input("visible", ["B", 4]);
    g.output("predicted", linearPath(lay, g.input("x", ["B", d]), visible, toFeatures(visible, lay), mapConstants(g, map), 40).predicted);
    const session = await openSession(toOnnx(g));
    const given = { rows: known.length, attributes, values: attributes.map(({ name }) => Float64Array.from(known, (row) => row[name as Name] ?? NaN)) };
    const { features, observed } = encodeCells(given, lay);
    const { predicted } = await session.run({ x: float32(features, known.length, d), visible: float32(Float32Array.from(observed), known.length, 4) });
    await session.close();
    const { first, center, scale } = lay.columns.find(({ attribute }) => attribute.name === asked)!;
    return known.map((_, i) => center + scale * (predicted.data as Float32Array)[i * d + first]);
  }

  test("give a value by the method of the source that a person looks to come from", async () => {
    const [one, two] = await answers(await mapOf(apart), apart, "value", [{ x: 0, first: 0 }, { x: 0, other: 0 }]);
    expect(Math.abs(one)).toBeLessThan(0.15);
    expect(Math.abs(two - 3)).toBeLessThan(0.15);
  });

  test("without them the two methods blur", async () => {
    const [one, two] = await answers(await mapOf(apart, false), apart, "value", [{ x: 0, first: 0 }, { x: 0, other: 0 }]);
    expect(Math.max(Math.abs(one), Math.abs(two - 3))).toBeGreaterThan(0.4);
  });

  test("carry differences of the people over to what their source does not measure", async () => {
    const alike = studies(0);
    const map = await mapOf(alike);
    const at = alike.layout.columns.find(({ attribute }) => attribute.name === "first")!;
    const [one, two] = [0, 1].map((s) => at.center + at.scale * map.sources!.centers[s * alike.layout.features + at.first]);
    expect(Math.abs(one)).toBeLessThan(0.1);
    expect(Math.abs(two - 0.6)).toBeLessThan(0.15);
    const from = await answers(map, alike, "first", [{ x: 0 }, { x: 1 }]);
    expect(Math.abs(from[0])).toBeLessThan(0.1);
    expect(Math.abs(from[1] - 0.6)).toBeLessThan(0.15);
  });
});
