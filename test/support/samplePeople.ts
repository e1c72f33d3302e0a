import type { Rng } from "../../src/base/random.js";
import { appliesTo } from "../../src/cohort/attribute.js";
import { attributeNamed, type CohortModel } from "../../src/cohort/model.js";
import { drawPerson, scoreOf, type Intervention } from "../../src/cohort/person.js";
import type { SourceName } from "../../src/cohort/population.js";

interface SampleOptions {
  rng: Rng;
  population?: SourceName;
  /** Treatments set by intervention, by level position; the rest of the person follows. */
  doing?: Intervention;
}

/**
 * Recorded numbers (level positions, days since 1970-01-01) of `count` new people on some attributes, without holes: one
 * array per name, NaN where an attribute does not apply. For brute-force checks.
 * @throws VhgmError "data" for unknown attributes
 */
export function samplePeople(
  model: CohortModel,
  names: readonly string[],
  count: number,
  { rng, population = "checkup", doing }: SampleOptions,
): Float64Array[] {
  const attributes = names.map((name) => attributeNamed(model, name));
  const blockCount = Math.max(0, ...attributes.map(({ block }) => (block?.index ?? -1) + 1));
  const blocks = new Float64Array(blockCount);
  const columns = names.map(() => new Float64Array(count));
  for (let i = 0; i < count; i++) {
    const person = drawPerson(model, population, rng, doing);
    for (let b = 0; b < blockCount; b++) blocks[b] = rng.normal();
    attributes.forEach((attribute, j) => {
      const { scale, block, coder, noise } = attribute;
      const treatment = model.treatments.indexOf(attribute);
      if (scale.kind === "person") columns[j][i] = scale.field === "age" ? person.age : person.female;
      else if (treatment >= 0) columns[j][i] = person.levels[treatment];
      else if (!appliesTo(attribute, person.age, person.female)) columns[j][i] = NaN;
      else {
        const score = scoreOf(attribute, person, block === undefined ? 0 : blocks[block.index]);
        columns[j][i] = coder.number(noise === 0 ? score : score + noise * rng.normal());
      }
    });
  }
  return columns;
}
