import { describe, expect, it } from "vitest";
import { createKeys, createRateLimit } from "./access.js";

describe("createKeys", () => {
  it("finds a key by its whole text only", () => {
    const keys = createKeys(["first-key-of-all", "second-key-of-all"]);
    expect(["first-key-of-all", "second-key-of-all", "first-key-of-al", "first-key-of-all ", ""].map((text) => keys.find(text))).toEqual([0, 1, -1, -1, -1]);
  });
});

describe("createRateLimit", () => {
  it("lets a client ask as often as allowed at once, then as fast as the bucket fills", () => {
    const limit = createRateLimit(3);
    expect([0, 0, 0, 0].map(() => limit.take("a", 0))).toEqual([0, 0, 0, 20]);
    expect(limit.take("b", 0)).toBe(0);
    expect(limit.take("a", 19_500)).toBe(1);
    expect(limit.take("a", 20_100)).toBe(0);
    expect(limit.take("a", 20_200)).toBe(20);
    expect([0, 0, 0, 0].map(() => limit.take("a", 1e6))).toEqual([0, 0, 0, 20]);
  });

  it("remembers no more than ten thousand clients", () => {
    const limit = createRateLimit(1);
    limit.take("first", 0);
    expect(limit.take("first", 0)).toBe(60);
    for (let k = 0; k < 10_000; k++) limit.take(`other ${k}`, 0);
    expect(limit.take("first", 0)).toBe(0);
  });
});
