import { expect, test } from "vitest";
import type { Attribute } from "../schema/schema.js";
import { beyondNotes, createBeyond } from "./beyond.js";

const number = (name: string, more: Partial<Attribute> = {}): Attribute => ({ name, role: "attribute", type: "real", ...more });
const attributes = [
  number("age", { min: 18, max: 90, resolution: 1 }),
  number("exam", { type: "date", min: 18_000, resolution: 1 }),
  number("share", { max: 1 }),
  number("free"),
  number("sex", { type: "binary", levels: ["F", "M"] }),
];

test("values beyond the dictionary's range are counted over batches, and told attribute by attribute", () => {
  const beyond = createBeyond();
  beyond.add({ rows: 2, attributes, values: [[17, 18], [NaN, 18_000], [1, NaN], [1e9, -1e9], [0, 1]].map((column) => Float64Array.from(column)) });
  expect(beyond.report()).toEqual([{ name: "age", count: 1, first: "17", min: "18", max: "90" }]);
  beyond.add({ rows: 2, attributes, values: [[91, 120], [17_999, NaN], [1.5, 0], [0, 0], [0, 1]].map((column) => Float64Array.from(column)) });
  expect(beyondNotes(beyond.report())).toEqual([
    "3 cells of age lie outside of 18 to 90, the range of the dictionary (the first is 17); kept as they stand.",
    "One cell of exam lies below 2019-04-14, the smallest value of the dictionary (2019-04-13); kept as it stands.",
    "One cell of share lies above 1, the largest value of the dictionary (1.5); kept as it stands.",
  ]);
});

test("at most five attributes are told of one by one", () => {
  const reports = Array.from({ length: 7 }, (_, k) => ({ name: `a${k}`, count: k + 1, first: "9", max: "8" }));
  const notes = beyondNotes(reports);
  expect(notes).toHaveLength(6);
  expect(notes[0]).toMatch(/^7 cells of a6 lie above 8/);
  expect(notes[5]).toBe("So do cells of 2 more attributes.");
});
