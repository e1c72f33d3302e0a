import { factorMeans } from "./factors.js";
import type { CohortModel, ModelAttribute } from "./model.js";
import { isTreated } from "./person.js";
import { ageShares, populations, type SourceName } from "./population.js";

/** Age, sex and treatments: given them, scores are Gaussian but for bends. */
export interface Cell {
  age: number;
  female: number;
  levels: readonly number[];
  treated: readonly number[];
  means: Float64Array;
  logPrior: number;
}

/** Scores between which an attribute has its level number `level`. */
export function levelBounds({ coder: { cuts = new Float64Array(0) } }: ModelAttribute, level: number): [low: number, high: number] {
  return [level === 0 ? -Infinity : cuts[level - 1], level === cuts.length ? Infinity : cuts[level]];
}

/** All cells that the given age, sex and treatments leave; treatments that matter to nothing stay at level 0. */
export function listCells(
  model: CohortModel,
  texts: ReadonlyMap<string, string>,
  relevant: readonly boolean[],
  population: SourceName,
): Cell[] {
  const law = populations[population];
  const age = texts.get("age");
  const sex = texts.get("sex");
  const [smoking, programme, drug] = model.treatments.map((attribute, t) => {
    if (!relevant[t]) return [0];
    const all = Array.from({ length: (attribute.coder.cuts?.length ?? 0) + 1 }, (_, level) => level);
    const text = texts.get(attribute.name);
    if (text === undefined) return all;
    const [low] = attribute.coder.interval(text);
    return all.filter((level) => levelBounds(attribute, level)[0] === low);
  });
  const cells: Cell[] = [];
  ageShares(law).forEach((share, i) => {
    const years = law.firstAge + i;
    if (age !== undefined && Number(age) !== years) return;
    for (const female of [0, 1]) {
      if (sex !== undefined && sex !== (female === 1 ? "F" : "M")) continue;
      const logPrior = Math.log(share * (female === 1 ? law.women : 1 - law.women));
      for (const a of smoking) for (const b of programme) for (const c of drug) {
        const levels = [a, b, c];
        const treated = levels.map((level, t) => (isTreated(model.treatments[t], level) ? 1 : 0));
        cells.push({ age: years, female, levels, treated, means: factorMeans(years, female, treated), logPrior });
      }
    }
  });
  return cells;
}
