import { describe, expect, it } from "vitest";
import type { Answer } from "../../inference/predict.js";
import type { Comparison } from "../../inference/compare.js";
import { renderComparison } from "./comparison.js";

const answer = (mean: number, assumption?: string): Answer => ({ name: "glucose", type: "positive", mean, sd: 10, ...(assumption ? { support: { status: "partly", neverWith: ["x"], more: 0, people: 3, assumption } } : {}) });

function comparison(others: readonly string[], assumption?: string): Comparison {
  const scenarios = ["never", ...others].map((name) => ({ name, given: { smoking: name }, typicality: { meanSurprise: 1, unusual: [] }, notes: [] }));
  const contrasts = others.map((scenario, k) => ({ scenario, mean: { value: 1.23456 + k }, size: 0.1, sameRank: { low: 0.022124, median: 1, high: 131.84, shareHigher: 0.8 } }));
  const glucose = { name: "glucose", label: "Fasting glucose", unit: "mg/dL", type: "positive" as const, answers: scenarios.map((_, k) => answer(100 + k, assumption)), contrasts, size: 0.1 };
  return { level: 0.9, members: 1, scenarios, attributes: [glucose], notes: ["Associations."] };
}

const page = (others: readonly string[], assumption?: string): string => renderComparison(comparison(others, assumption), { model: "m", given: {} });
const heads = (html: string): string[] => [...html.matchAll(/<th(?: [^>]*)?>(.*?)<\/th>/g)].map((found) => found[1]);

describe("the page of a comparison", () => {
  it("has no column that says the same in every row", () => {
    expect(heads(page(["current"]))).toEqual(["attribute", "never", "current", "difference", "in SD", "same rank: low, median, high", "share higher"]);
    expect(heads(page(["current"], "assumes independence"))).toContain("notes");
  });

  it("names an attribute once, beside its rows for several scenarios", () => {
    const html = page(["current", "former"]);
    expect(heads(html).slice(0, 4)).toEqual(["attribute", "scenario", "never", "this scenario"]);
    expect(html.match(/<td[^>]*>Fasting glucose \(glucose\), mg\/dL<\/td>/g)).toEqual(['<td class="long" rowspan="2">Fasting glucose (glucose), mg/dL</td>']);
  });

  it("tells how probabilities change in percentage points, with one minus sign for figures and axis", () => {
    const { attributes: [glucose], ...rest } = comparison(["current"]);
    const levels = (yes: number): Answer => ({ name: "drug", type: "binary", levels: [{ level: "no", probability: 1 - yes }, { level: "yes", probability: yes }] });
    const drug = { name: "drug", type: "binary" as const, answers: [levels(0.7), levels(0.2)], contrasts: [{ scenario: "current", levels: [{ level: "no", value: 0.5 }, { level: "yes", value: -0.5 }], size: 0.5 }], size: 0.5 };
    const low = { ...glucose, contrasts: glucose.contrasts.map((own) => ({ ...own, mean: { value: -9 } })) };
    const html = renderComparison({ ...rest, attributes: [drug, low] }, { model: "m", given: {} });
    expect(html).toContain("<td>+50.0 percentage points</td>");
    expect(html).toContain(">−0.5</text>");
    expect(html).not.toContain(">-0.5</text>");
  });

  it("gives differences three digits", () => {
    expect(page(["current"])).toContain("<td>+1.23</td>");
    expect(page(["current"])).toContain("<td>+0.0221, +1, +132</td>");
  });
});
