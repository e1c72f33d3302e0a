import { createRng } from "../../src/base/random.js";
import { conditional } from "../../src/cohort/conditional.js";
import type { SourceName } from "../../src/cohort/population.js";
import { columnDistribution } from "../../src/inference/distribution.js";
import { predictCells } from "../../src/inference/predictor.js";
import { cellsOfPeople, mean, table, type Subject } from "./people.js";

const ages = [30, 40, 50, 60, 70, 80];
/** A laboratory test that is measured only from 60 years on. */
const late = "nt_probnp";

/** Bias of means given nothing and given age alone, against the truth of the model's reference population. */
export async function measureAge(subject: Subject): Promise<string> {
  const { model, bundle, predictor } = subject;
  const population = (bundle.card.population ?? "checkup") as SourceName;
  const rng = createRng(subject.seed, 0xa9e);
  const { columns } = predictor.model.layout;
  const asked = columns.flatMap(({ kind, attribute }, j) => (kind === "number" && attribute.name !== "age" && attribute.type !== "date" && model.attributes.slice(0, model.baseCount).some(({ name }) => name === attribute.name) ? [j] : []));
  const questions = [new Map<string, string>(), ...ages.map((age) => new Map([["age", String(age)]]))];
  const paths = await predictCells(predictor, cellsOfPeople(subject, questions));
  const whole = new Map(asked.map((j) => [j, conditional(model, {}, columns[j].attribute.name, { rng, draws: 20_000, population })]));
  const rows = questions.map((given, i) => {
    const bias = asked.flatMap((j) => {
      const { name } = columns[j].attribute;
      const truth = conditional(model, Object.fromEntries(given), name, { rng, draws: 20_000, population });
      if (truth.mean === null || truth.applies < 0.01) return [];
      const size = (columnDistribution(predictor.model, paths, i, j).mean() - truth.mean) / whole.get(j)!.sd!;
      return [{ name, size }];
    });
    const sizes = bias.map(({ size }) => Math.abs(size));
    const worst = bias[sizes.indexOf(Math.max(...sizes))];
    const own = bias.find(({ name }) => name === late);
    return [given.size === 0 ? "nothing" : `age ${given.get("age")}`, mean(sizes).toFixed(3), `${worst.size.toFixed(3)} (${worst.name})`, own ? own.size.toFixed(3) : "does not apply"];
  });
  return `Population ${population}, ${asked.length} numbers.\n${table(["given", "mean absolute bias", "largest", late], rows)}`;
}
