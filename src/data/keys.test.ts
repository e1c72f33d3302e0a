import { expect, test } from "vitest";
import { alikeKeys } from "./keys.js";

const count = (first: string, second: string): number => alikeKeys([{ text: first, origin: [0] }, { text: second, origin: [1] }]).count;

test.each([["7", "007"], ["P-012", "p12"], ["AB 3", "ab3"], ["151", "151.0"], ["2020/1", "2020-01"]])("'%s' and '%s' may be one person", (a, b) => {
  expect(count(a, b)).toBe(1);
});

test.each([["1-2", "12"], ["7", "70"], ["15.5", "16"], ["P1", "Q1"], ["100", "1"], ["P10", "P1"]])("'%s' and '%s' are two", (a, b) => {
  expect(count(a, b)).toBe(0);
});

test("spellings within one source are other people", () => {
  expect(alikeKeys([{ text: "a1", origin: [0] }, { text: "A1", origin: [0] }]).count).toBe(0);
  expect(alikeKeys([{ text: "a1", origin: [0, 1] }, { text: "A1", origin: [1] }]).count).toBe(0);
});

test("the first two are named", () => {
  const keys = [{ text: "1", origin: [0] }, { text: "2", origin: [0] }, { text: "02", origin: [1] }, { text: "01", origin: [1] }];
  expect(alikeKeys(keys)).toEqual({ count: 2, first: [keys[1], keys[2]] });
});
