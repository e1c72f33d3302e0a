import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import type { ColumnProfile } from "./profile.js";
import { createProfiler, type ProfilerOptions } from "./profiler.js";

const profileColumn = (cells: readonly string[], options?: ProfilerOptions): ColumnProfile => {
  const profiler = createProfiler(["x"], options);
  profiler.add(cells.map((cell) => [cell]));
  return profiler.finish()[0];
};

describe("createProfiler", () => {
  it("counts holes, words, values and their ranges", () => {
    const profile = profileColumn(["1", "", "NA", " . ", "2.5", "NaN", "2.5", "Refused", "1e31"]);
    expect(profile).toMatchObject({
      rows: 9,
      missing: 3,
      observed: 5,
      distinct: 4,
      exact: true,
      unique: false,
      oddTexts: ["Refused"],
    });
    expect([...profile.words]).toEqual([["NaN", 1]]);
    expect(profile.numbers).toEqual({ cells: 4, min: 1, max: 2.5, decimals: 1, step: 5 });
    expect(profile.firstNonNumeric).toEqual({ row: 8, text: "Refused" });
    expect(profile.firstExtreme).toEqual({ row: 9, text: "1e31" });
    expect(profile.values.find((value) => value.text === "2.5")).toEqual({ text: "2.5", count: 2, value: 2.5, kind: "number" });
  });

  it("finds the step of values in decimals that grow", () => {
    expect(profileColumn(["10", "20", "0", "5"]).numbers).toMatchObject({ decimals: 0, step: 5 });
    expect(profileColumn(["10", "0.5", "0.25"]).numbers).toMatchObject({ decimals: 2, step: 25 });
    expect(profileColumn(["10", "3", "0.5"]).numbers).toMatchObject({ decimals: 1, step: 5 });
    expect(profileColumn(["-4", "6"]).numbers).toMatchObject({ min: -4, step: 2 });
    expect(profileColumn(["0.1234567", "0.2"]).numbers).toMatchObject({ decimals: 7, step: 1 });
  });

  it("keeps a bounded sample of many values, with exact counts and ranges", () => {
    const rng = createRng(3);
    const cells = Array.from({ length: 20_000 }, () => String(rng.int(9000)));
    const profile = profileColumn(cells, { maxDistinct: 500 });
    expect(profile.exact).toBe(false);
    expect(profile.values.length).toBeLessThanOrEqual(500);
    const distinct = new Set(cells).size;
    expect(Math.abs(profile.distinct - distinct) / distinct).toBeLessThan(0.2);
    expect(profile.numbers.min).toBe(Math.min(...cells.map(Number)));
    expect(profile.numbers.max).toBe(Math.max(...cells.map(Number)));
    for (const value of profile.values) expect(value.count).toBe(cells.filter((cell) => cell === value.text).length);
    expect(profile.unique).toBe(false);
    const ids = Array.from({ length: 20_000 }, (_, i) => `p${i}`);
    expect(profileColumn(ids, { maxDistinct: 500 }).unique).toBe(true);
  });

  it("does not depend on how the rows are cut into batches", () => {
    const rows = Array.from({ length: 5000 }, (_, i) => [String((i * 7919) % 4000), i % 3 === 0 ? "" : "a"]);
    const whole = createProfiler(["x", "y"]);
    whole.add(rows);
    const cut = createProfiler(["x", "y"]);
    for (let i = 0; i < rows.length; i += 37) cut.add(rows.slice(i, i + 37));
    expect(cut.finish()).toEqual(whole.finish());
  });

  it("samples the same rows for every column", () => {
    const profiler = createProfiler(["x", "y"], { sampleRows: 50 });
    profiler.add(Array.from({ length: 1000 }, (_, i) => [String(i), String(i)]));
    const [x, y] = profiler.finish();
    expect(x.sample).toHaveLength(50);
    expect(x.sample).toEqual(y.sample);
    expect(Math.max(...x.sample.map(Number))).toBeGreaterThan(500);
  });

  it("takes absent cells as empty", () => {
    const profiler = createProfiler(["x", "y"]);
    profiler.add([["1"], []]);
    expect(profiler.finish().map((profile) => profile.missing)).toEqual([1, 2]);
  });

  it("refuses columns without a name or with the same", () => {
    expect(() => createProfiler(["a", ""])).toThrow("Column 2 of the table has no name");
    expect(() => createProfiler(["a", "b", "a"])).toThrow('Columns 1 and 3 of the table are both named "a"');
  });
});
