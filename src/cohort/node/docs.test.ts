import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cohortModel } from "../model.js";
import { cohortTruth } from "../truth.js";

test("docs/cohort.md states every equation, effect and count", () => {
  const truth = cohortTruth(cohortModel());
  const docs = readFileSync(new URL("../../../docs/cohort.md", import.meta.url), "utf8");
  const missing = [
    ...truth.factors.map(({ name, equation }) => `| ${name} | ${equation} |`),
    ...truth.attributes.map(({ name, score, value }) => `| ${name} | ${score} | ${value} |`),
    ...truth.treatments.flatMap(({ effects }) =>
      effects.map(({ treatment, outcome, effect, association, confounding }) => {
        const numbers = [effect, association, confounding].map((x) => x.toFixed(2)).join(" | ");
        return `| ${treatment} | ${outcome} | ${numbers} |`;
      }),
    ),
    `${truth.neverTogether.length} pairs`,
    `**It holds in ${truth.neverTogether.filter(({ independent }) => independent).length} pairs`,
    `Another ${truth.onlyLinked.length} pairs`,
  ].filter((line) => !docs.includes(line));
  expect(missing).toEqual([]);
});
