import { createRng } from "../../src/base/random.js";
import type { TextRow } from "../../src/data/table.js";

export const pooledColumns = ["bmi", "age", "sex", "smoker", "ill"] as const;

/** Completed tables of the same 60 invented people, in which about a quarter of the cells of bmi, smoker and ill differ. */
export function pooledTables(m = 5): TextRow[][] {
  const levels = ["current", "former", "never"];
  const people = Array.from({ length: 60 }, (_, i) => {
    const rng = createRng(11, i);
    const age = 20 + rng.int(60);
    const female = rng.uniform() < 0.5;
    const smoker = rng.int(3);
    const bmi = 21 + 0.06 * age + (female ? -1 : 0) + 0.8 * smoker + 2.5 * rng.normal();
    const ill = rng.uniform() < 1 / (1 + Math.exp(-(0.05 * (age - 50) + 0.5 * smoker - 0.5)));
    const holes = [rng.uniform() < 0.25, rng.uniform() < 0.25, rng.uniform() < 0.25];
    return { age, female, smoker, bmi, ill, holes };
  });
  return Array.from({ length: m }, (_, k) => people.map(({ age, female, smoker, bmi, ill, holes }, i) => {
    const rng = createRng(12, k, i);
    const filled = [bmi + 2.5 * rng.normal(), rng.int(3), rng.uniform() < 0.5 ? !ill : ill] as const;
    return [
      (holes[0] ? filled[0] : bmi).toFixed(1),
      String(age),
      female ? "F" : "M",
      levels[holes[1] ? filled[1] : smoker],
      (holes[2] ? filled[2] : ill) ? "yes" : "no",
    ];
  }));
}
