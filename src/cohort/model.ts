import { VhgmError } from "../base/errors.js";
import type { AttributeSpec, Effect } from "./attribute.js";
import { checkupAttributes } from "./checkup.js";
import { curveTerms, type CurveTerms } from "./curve.js";
import { factorCount, factorIndex, factorMatrix, treatmentNames, type FactorName, type TreatmentName } from "./factors.js";
import { laboratoryAttributes } from "./laboratory.js";
import { lifestyleAttributes } from "./lifestyle.js";
import { furtherAttributes } from "./panels.js";
import { createCoder, type Coder } from "./scale.js";

/** An attribute with everything derived that simulation and truth need. */
export interface ModelAttribute extends AttributeSpec {
  /** Position among the model's attributes. */
  index: number;
  curveTerms: CurveTerms;
  /** Direct effects: position of the treatment and shift. */
  effectTerms: readonly (readonly [treatment: number, effect: Effect])[];
  /** Factor positions and loadings. */
  factorLoads: readonly (readonly [factor: number, load: number])[];
  /** Loadings on the independent innovations, length K: loads A. */
  innovationLoads: Float64Array;
  /** Standard deviation of the attribute's own noise. */
  noise: number;
  coder: Coder;
}

/** The generating model: fixed for a number of attributes, the same for every seed. */
export interface CohortModel {
  attributes: readonly ModelAttribute[];
  byName: ReadonlyMap<string, ModelAttribute>;
  /** The attributes of `treatmentNames`, in that order; their last level is the treated one. */
  treatments: readonly ModelAttribute[];
  /** Attributes with equations of their own, before the further panels. */
  baseCount: number;
  /** Number of blocks among the further panels. */
  blocks: number;
}

const base: readonly AttributeSpec[] = [...checkupAttributes, ...laboratoryAttributes, ...lifestyleAttributes];

/** Number of attributes without further panels, and the most that can be asked for. */
export const baseAttributes = base.length;
export const maxAttributes = 12_000;

/** Columns that all three sources record: what links laboratory and survey. */
export const sharedNames: readonly string[] = base.filter(({ sources }) => sources.length === 3).map(({ name }) => name);

const models = new Map<number, CohortModel>();

/**
 * The model with `attributes` attributes (70 to 12,000; person_id is not counted). Built once per number.
 * @throws VhgmError "usage" for a number outside that range.
 */
export function cohortModel(attributes: number = baseAttributes): CohortModel {
  if (!Number.isInteger(attributes) || attributes < baseAttributes || attributes > maxAttributes) {
    throw new VhgmError(
      "usage",
      `A cohort of ${attributes} attributes was asked for; allowed are whole numbers from ${baseAttributes} to ${maxAttributes}.`,
    );
  }
  const known = models.get(attributes);
  if (known !== undefined) return known;
  const specs = [...base, ...furtherAttributes(attributes - baseAttributes)].map(compile);
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const model: CohortModel = {
    attributes: specs,
    byName,
    treatments: treatmentNames.map((name) => byName.get(name) as ModelAttribute),
    baseCount: baseAttributes,
    blocks: (specs.at(-1)?.block?.index ?? -1) + 1,
  };
  models.set(attributes, model);
  return model;
}

function compile(spec: AttributeSpec, index: number): ModelAttribute {
  const innovationLoads = new Float64Array(factorCount);
  const factorLoads = Object.entries(spec.loads ?? {}).map(([name, load]) => [factorIndex(name as FactorName), load] as const);
  for (const [factor, load] of factorLoads) for (let i = 0; i <= factor; i++) innovationLoads[i] += load * factorMatrix[factor][i];
  const explained = innovationLoads.reduce((sum, x) => sum + x * x, 0) + (spec.block?.load ?? 0) ** 2;
  const noise = spec.exact === true || spec.scale.kind === "person" ? 0 : Math.sqrt(Math.max(0.1, 1 - explained));
  const effectTerms = Object.entries(spec.effects ?? {}).map(
    ([name, effect]) => [treatmentNames.indexOf(name as TreatmentName), effect] as const,
  );
  const coder = createCoder(spec.name, spec.scale);
  return { ...spec, index, curveTerms: curveTerms(spec.curve ?? {}), effectTerms, factorLoads, innovationLoads, noise, coder };
}

/** The attribute of that name. Throws VhgmError "data" if the cohort has none. */
export function attributeNamed(model: CohortModel, name: string): ModelAttribute {
  const attribute = model.byName.get(name);
  if (attribute === undefined) throw new VhgmError("data", `The simulated cohort has no attribute "${name}".`);
  return attribute;
}

