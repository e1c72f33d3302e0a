import { describe, expect, it } from "vitest";
import { colourOf, domainOf, drawing, escapeHtml, label, linearScale, marker, ticks } from "./svg.js";

describe("scales", () => {
  it("map ends to ends, and a domain without width to its start", () => {
    const scale = linearScale([2, 4], [100, 0]);
    expect([scale(2), scale(3), scale(4)]).toEqual([100, 50, 0]);
    expect(linearScale([1, 1], [5, 9])(1)).toBe(5);
  });

  it("have round ticks inside the domain", () => {
    expect(ticks([0.78, 1.03], 5)).toEqual([0.8, 0.85, 0.9, 0.95, 1]);
    expect(ticks([-0.15, 0.02], 4)).toEqual([-0.15, -0.1, -0.05, 0]);
    expect(ticks([3, 3], 4)).toEqual([3]);
  });

  it("have room around the values, and stand without any", () => {
    expect(domainOf([1, 2, NaN], [0])).toEqual([-0.1, 2.1]);
    expect(domainOf([NaN])).toEqual([0, 1]);
  });
});

describe("markers", () => {
  it("tell fifteen methods apart, and nobody looks like the first", () => {
    const looks = Array.from({ length: 15 }, (_, k) => marker(k, 0, 0, 1));
    expect(new Set(looks).size).toBe(15);
    expect(Array.from({ length: 30 }, (_, k) => colourOf(k)).lastIndexOf("c0")).toBe(0);
  });
});

it("texts are escaped, and numbers rounded", () => {
  expect(escapeHtml(`<b a="1">&'`)).toBe("&#60;b a=&#34;1&#34;&#62;&#38;&#39;");
  expect(label(1.23456, 2, "a<b")).toBe('<text x="1.23" y="2">a&#60;b</text>');
  expect(drawing(10, 5, 'a "drawing"', ["x"])).toContain('aria-label="a &#34;drawing&#34;"');
});
