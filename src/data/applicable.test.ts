import { expect, test } from "vitest";
import { compileRules } from "../schema/rules.js";
import type { Attribute } from "../schema/schema.js";
import type { Cells } from "./cells.js";
import { obeyRules, ruleReport, violationNotes } from "./applicable.js";

const attributes: Attribute[] = [
  { name: "births", role: "attribute", type: "count", applies_when: "sex = 'F'" },
  { name: "sex", role: "attribute", type: "binary", levels: ["M", "F"] },
  { name: "age_at_first", role: "attribute", type: "count", applies_when: "births > 0" },
];
const rules = compileRules({ attributes });
const table = (...rows: number[][]): Cells => ({ rows: rows.length, attributes, values: attributes.map((_, j) => Float64Array.from(rows, (row) => row[j])) });
const cells = table([2, 1, 25], [0, 1, NaN], [NaN, 1, NaN], [NaN, 0, NaN], [1, 0, 22], [3, NaN, NaN], [0, 1, 30], [NaN, NaN, NaN], [2, 0, NaN]);

test("a report tells who obeys each rule; a value of an attribute that does not apply opens no gate", () => {
  expect(ruleReport(cells, rules)).toEqual([
    { name: "births", condition: "sex = 'F'", observed: 3, missing: 1, others: 3, undecided: 2, violations: 2, firstViolation: 4 },
    { name: "age_at_first", condition: "births > 0", observed: 1, missing: 1, others: 5, undecided: 2, violations: 2, firstViolation: 4 },
  ]);
});

test("cells that contradict a rule become holes, and nothing else changes", () => {
  const { cells: obedient, reports } = obeyRules(cells, rules);
  expect([...obedient.values[0]]).toEqual([2, 0, NaN, NaN, NaN, 3, 0, NaN, NaN]);
  expect(obedient.values[1]).toBe(cells.values[1]);
  expect([...obedient.values[2]]).toEqual([25, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN]);
  expect([...cells.values[0]]).toEqual([2, 0, NaN, NaN, 1, 3, 0, NaN, 2]);
  expect(violationNotes(reports)).toEqual([
    "2 cells of births hold a value although it applies only where sex = 'F' (the first in row 5); nothing was learned from them.",
    "2 cells of age_at_first hold a value although it applies only where births > 0 (the first in row 5); nothing was learned from them.",
  ]);
  expect(ruleReport(obedient, rules).every(({ violations }) => violations === 0)).toBe(true);
});

test("without violations, or without rules, the cells are the very same", () => {
  const fine = table([2, 1, 25], [NaN, 0, NaN]);
  expect(obeyRules(fine, rules).cells).toBe(fine);
  expect(obeyRules(cells, compileRules({ attributes: attributes.map((attribute) => ({ ...attribute, applies_when: undefined })) })).cells).toBe(cells);
});
