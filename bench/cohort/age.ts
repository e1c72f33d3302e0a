import { createRng } from "../../src/base/random.js";
import { conditional } from "../../src/cohort/conditional.js";
import type { SourceName } from "../../src/cohort/population.js";
import { predict } from "../../src/inference/predict.js";
import { mean, table, type Subject } from "./people.js";

const ages = [30, 40, 50, 60, 70, 80];
/** A laboratory test that is measured only from 60 years on. */
const late = "nt_probnp";

/** Bias of means given nothing and given age alone, against the truth of the model's reference population. */
export async function measureAge(subject: Subject): Promise<string> {
  const { model, bundle, predictor } = subject;
  const population = (bundle.card.population ?? "checkup") as SourceName;
  const rng = createRng(subject.seed, 0xa9e);
  const { columns } = predictor.model.layout;
  const base = new Set(model.attributes.slice(0, model.baseCount).map(({ name }) => name));
  const ask = columns.flatMap(({ kind, attribute: { name, type } }) => (kind === "number" && type !== "date" && name !== "age" && base.has(name) ? [name] : []));
  const truthOf = (given: Record<string, number>, name: string) => conditional(model, given, name, { rng, draws: 20_000, population });
  const whole = new Map(ask.map((name) => [name, truthOf({}, name).sd!]));
  const rows: string[][] = [];
  for (const given of [{}, ...ages.map((age) => ({ age }))]) {
    const { answers } = await predict(predictor, bundle.schema, given, { ask });
    // A test that hardly anybody of that age has has no answer to hold against the truth's.
    const bias = answers.flatMap(({ name, mean: ours }) => {
      const truth = truthOf(given, name);
      return ours === undefined || truth.mean === null || truth.applies < 0.01 ? [] : [{ name, size: (ours - truth.mean) / whole.get(name)! }];
    });
    const sizes = bias.map(({ size }) => Math.abs(size));
    const worst = bias[sizes.indexOf(Math.max(...sizes))];
    const own = bias.find(({ name }) => name === late);
    rows.push(["age" in given ? `age ${given.age}` : "nothing", mean(sizes).toFixed(3), `${worst.size.toFixed(3)} (${worst.name})`, own ? own.size.toFixed(3) : "does not apply"]);
  }
  return `Population ${population}, ${ask.length} numbers.\n${table(["given", "mean absolute bias", "largest", late], rows)}`;
}
