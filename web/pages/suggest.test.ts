import { expect, it } from "vitest";
import type { KnownAttribute } from "../backend/backend.js";
import { suggestions } from "./suggest.js";

const score = (cells: number): KnownAttribute["score"] => ({ cells, error: 1, baseline: 1, nll: 1 });
const attributes: KnownAttribute[] = [
  { name: "visit", type: "date", range: { low: 0, high: 900 } },
  { name: "weight", type: "positive", range: { low: 40, high: 120 }, score: score(90) },
  { name: "town", type: "categorical", levels: ["a", "b", "c", "d", "e", "f", "g"], score: score(99) },
  { name: "age", type: "count", range: { low: 18, high: 80 }, score: score(10) },
  { name: "births", type: "count", range: { low: 0, high: 9 }, appliesWhen: "sex = 'F'", score: score(95) },
  { name: "q1", label: "Smoking status", type: "ordinal", levels: ["never", "former", "current"] },
  { name: "drug", type: "binary", levels: ["no", "yes"], score: score(50) },
  { name: "alcohol", type: "positive", range: { low: 0, high: 1500 }, score: score(40) },
];

it("begins with what people ask about, then with what was observed most, levels before numbers", () => {
  expect(suggestions(attributes).map(({ attribute, low, high }) => [attribute.name, low, high])).toEqual([
    ["q1", "never", "current"],
    ["age", "34", "55"],
    ["drug", "no", "yes"],
    ["weight", "60", "88"],
    ["alcohol", "380", "900"],
  ]);
});
