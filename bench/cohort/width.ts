import { createRng } from "../../src/base/random.js";
import { sourceAttributes } from "../../src/cohort/holes.js";
import { sourceNames } from "../../src/cohort/population.js";
import { wholePerson } from "../../src/cohort/simulate.js";
import { bestPoint } from "../../src/inference/distribution.js";
import { predictCells } from "../../src/inference/predictor.js";
import { cellsOfPeople, freshSeed, mean, table, type Subject } from "./people.js";

const peoplePerSource = 300;
const hiddenShare = 0.3;
const fewestHidden = 20;

/** NRMSE and accuracy of the scored attributes, given all that is seen, and given what is seen of the scored ones alone. */
export async function measureWidth(subject: Subject & { readonly scored: readonly string[] }): Promise<string> {
  const { model, predictor, seed } = subject;
  const scored = new Set(subject.scored);
  const errors = [new Map<string, number[]>(), new Map<string, number[]>()];
  for (const source of sourceNames) {
    const recorded = new Set(sourceAttributes(model, source).map(({ name }) => name));
    const people = Array.from({ length: peoplePerSource }, (_, i) => wholePerson(model, source, freshSeed(seed), i));
    // One stream per attribute and person, so that the same cells are hidden at every width.
    const hidden = people.map((person, i) => new Set([...person.keys()].filter((name) => createRng(seed, i, nameSeed(name)).uniform() < hiddenShare)));
    const full = cellsOfPeople(subject, people);
    for (const [k, sees] of [(name: string) => recorded.has(name), (name: string) => recorded.has(name) && scored.has(name)].entries()) {
      const seen = people.map((person, i) => new Map([...person].filter(([name]) => sees(name) && !hidden[i].has(name))));
      const paths = await predictCells(predictor, cellsOfPeople(subject, seen));
      predictor.model.layout.columns.forEach(({ attribute: { name }, source: at, kind, scale }, j) => {
        if (!scored.has(name) || !recorded.has(name)) return;
        people.forEach((_, i) => {
          const truth = full.values[at][i];
          if (Number.isNaN(truth) || !hidden[i].has(name)) return;
          const point = bestPoint(predictor.model, paths, i, j);
          const key = `${kind} ${name}`;
          errors[k].set(key, [...(errors[k].get(key) ?? []), kind === "number" ? ((point - truth) / scale) ** 2 : point === truth ? 1 : 0]);
        });
      });
    }
  }
  const summary = (k: number, kind: string): string => {
    const columns = [...errors[k]].filter(([key, all]) => key.startsWith(kind) && all.length >= fewestHidden).map(([, all]) => mean(all));
    return (kind === "number" ? Math.sqrt(mean(columns)) : mean(columns)).toFixed(4);
  };
  return table(["seen", "NRMSE", "accuracy"], [["all that the source records, 30% hidden", summary(0, "number"), summary(0, "levels")], ["the scored attributes alone", summary(1, "number"), summary(1, "levels")]]);
}

const nameSeed = (name: string): number => [...name].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0, 7);
