import { createRng } from "../../base/random.js";
import { conditional } from "../../cohort/conditional.js";
import { cohortModel } from "../../cohort/model.js";
import type { Given, Prediction } from "../../inference/predict.js";
import { layTable, percent, short } from "../text.js";

/** The person that the demo asks about, and what it asks: of the check-up, of the laboratory study, and of the survey. */
export const demoPerson = { age: 62, sex: "F", height: "160.0", weight: "78.0", smoking: "current" } as const satisfies Given;
export const demoQuestions = ["systolic", "hdl_cholesterol", "medication", "crp", "perceived_stress", "self_rated_health"] as const;

/** What the model answers beside what is true, one line per attribute. */
export function compareWithTruth({ answers }: Prediction, seed: number): string {
  const rows = answers.map((answer) => {
    const truth = conditional(cohortModel(), demoPerson, answer.name, { rng: createRng(seed) });
    const unit = answer.unit ? `, ${answer.unit}` : "";
    if (answer.levels) {
      const texts = answer.levels.map(({ level, probability }) => [level, percent(probability), percent(truth.levels?.find((l) => l.level === level)?.probability ?? 0)]);
      return [answer.name, texts.map(([level, p]) => `${level} ${p}`).join(", "), texts.map(([level, , p]) => `${level} ${p}`).join(", ")];
    }
    const quantile = (u: number): string => short(truth.quantiles?.find((q) => q.p === u)?.value ?? NaN);
    const { low, high } = answer.interval!;
    return [
      `${answer.name}${unit}`,
      `mean ${short(answer.mean!)}, 90% from ${typeof low === "number" ? short(low) : low} to ${typeof high === "number" ? short(high) : high}`,
      `mean ${short(truth.mean ?? NaN)}, 90% from ${quantile(0.05)} to ${quantile(0.95)}`,
    ];
  });
  return layTable([{ title: "attribute" }, { title: "model" }, { title: "truth" }], rows);
}
