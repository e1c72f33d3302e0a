import { describe, expect, test } from "vitest";
import type { Bundle } from "../bundle/bundle.js";
import { drawsNote, privacyWarning } from "./warnings.js";

const bundle = (memory: string, rows: number, features: number, options: Record<string, unknown> = {}): Bundle =>
  ({ card: { memory, rows, options }, model: { layout: { features } } }) as unknown as Bundle;

describe("a model that gives people away", () => {
  test("is one that holds their cells", () => {
    expect(privacyWarning("m.vhgm", bundle("rows", 1500, 20))).toMatch(/^Warning: m\.vhgm holds the cells of 1,500 real people/);
  });

  test("is one of few people with many features", () => {
    expect(privacyWarning("m.vhgm", bundle("prototypes", 505, 722))).toMatch(/^Warning: m\.vhgm learned 722 features from 505 people/);
    expect(privacyWarning("m.vhgm", bundle("none", 505, 722))).toBeDefined();
    expect(privacyWarning("m.vhgm", bundle("prototypes", 2000, 300))).toBeUndefined();
  });
});

test("draws of a model without a bootstrap say what they lack, where there are several", () => {
  expect(drawsNote(20, bundle("prototypes", 100, 5))[0]).toMatch(/--bootstrap/);
  expect(drawsNote(20, bundle("prototypes", 100, 5, { bootstrap: true }))).toEqual([]);
  expect(drawsNote(1, bundle("prototypes", 100, 5))).toEqual([]);
  expect(drawsNote(undefined, bundle("prototypes", 100, 5))).toEqual([]);
});
