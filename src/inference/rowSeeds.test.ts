import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import { createOccurrences, createRowSeeds } from "./rowSeeds.js";

describe("occurrences", () => {
  it("count as a map does, through growth and runs of neighbours", () => {
    const rng = createRng(3);
    const map = new Map<number, number>();
    const seen = createOccurrences();
    for (let i = 0; i < 50_000; i++) {
      const hash = rng.uniform() < 0.5 ? rng.int(5000) : rng.int(2 ** 21) * 2 ** 32 + rng.int(2 ** 32);
      const before = map.get(hash) ?? 0;
      map.set(hash, before + 1);
      expect(seen.count(hash)).toBe(before);
    }
    expect(map.size).toBeGreaterThan(20_000);
    expect(seen.count(2 ** 53 - 2)).toBe(0);
    expect(seen.count(2 ** 53 - 2)).toBe(1);
  });
});

describe("seeds of rows", () => {
  it("come from the key alone, else from the content and its occurrence", () => {
    const [a, b] = [createRowSeeds(1), createRowSeeds(1)];
    expect(a.seed("Ann", ["1", "2"])).toBe(b.seed("Ann", ["3", "4"]));
    expect(a.seed("Ann", ["1"])).not.toBe(a.seed("Bob", ["1"]));
    const first = [a.seed(undefined, ["x", "y"]), a.seed(undefined, ["z", ""]), a.seed(undefined, ["x", "y"])];
    const second = [b.seed(undefined, ["z", ""]), b.seed(undefined, ["x", "y"]), b.seed("", ["x", "y"])];
    expect(new Set(first).size).toBe(3);
    expect(second).toEqual([first[1], first[0], first[2]]);
    expect(createRowSeeds(1).seed(undefined, ["xy", ""])).not.toBe(createRowSeeds(1).seed(undefined, ["x", "y"]));
    expect(createRowSeeds(2).seed("Ann", [])).not.toBe(createRowSeeds(1).seed("Ann", []));
  });

  it("tell of a key that comes again", () => {
    const seeds = createRowSeeds(1);
    for (const key of ["Ann", undefined, "Bob", "", undefined, "", ...Array.from({ length: 20_000 }, (_, i) => `person ${i}`)]) seeds.seed(key, ["x"]);
    expect(seeds.repeated()).toBeUndefined();
    for (const key of ["Bob", "Ann"]) seeds.seed(key, ["y"]);
    expect(seeds.repeated()).toBe("Bob");
  });

  it("are spread over all 32 bits", () => {
    const seeds = createRowSeeds(7);
    const drawn = new Set(Array.from({ length: 5000 }, (_, i) => seeds.seed(`person ${i}`, [])));
    expect(drawn.size).toBeGreaterThan(4995);
    expect([...drawn].filter((s) => s > 2 ** 31).length / 5000).toBeCloseTo(0.5, 1);
  });
});
