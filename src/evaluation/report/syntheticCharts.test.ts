import { describe, expect, it } from "vitest";
import { map } from "./syntheticCharts.js";

describe("a map of relations", () => {
  it.each([2, 9, 40])("of %i attributes has room for its titles", (p) => {
    const zeros = Array.from({ length: p }, () => Array.from({ length: p }, () => 0));
    const titles = ["real hold-out minus training table", "invented minus training table"] as const;
    const svg = map(zeros.map((_, k) => `a${k}`), zeros, zeros, titles);
    const width = Number(/viewBox="0 0 ([\d.]+)/.exec(svg)![1]);
    const at = (text: string): number => Number(new RegExp(`<text x="([\\d.]+)"[^>]*>${text}`).exec(svg)![1]);
    // The words are 11 pixels high, and about half as wide.
    expect(at(`below: ${titles[0]}`) + 6 * `below: ${titles[0]}`.length).toBeLessThan(width);
    expect(at(`above: ${titles[1]}`)).toBeLessThanOrEqual(width);
    expect(at(`above: ${titles[1]}`) - 6 * `above: ${titles[1]}`.length).toBeGreaterThan(0);
  });
});
