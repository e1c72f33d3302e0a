import type { AttributeType } from "../schema/schema.js";
import { sumText, curveText, type Curve } from "./curve.js";
import { factorIndex, type FactorName, type TreatmentName } from "./factors.js";
import { normalCdf } from "./gaussian.js";
import type { SourceName } from "./population.js";
import type { Scale } from "./scale.js";

/** A term of a score that is not linear in the factors. */
export type Bend =
  /** weight (factor^2 - 1): U-shaped. */
  | { kind: "square"; factor: FactorName; weight: number }
  /** weight max(0, factor - from): nothing below a threshold, then a slope. */
  | { kind: "above"; factor: FactorName; from: number; weight: number }
  /** weight cos(2 pi (day - peak) / 365), day counted from 2021-01-01: the season of the examination date. */
  | { kind: "season"; peak: number; weight: number }
  /** weight w factor: a slope that differs between the sexes. */
  | { kind: "by-sex"; factor: FactorName; weight: number };

/** Shift of a score in treated people, in score units: constant, or constant + perA * (age - 50) / 15. */
export type Effect = number | { shift: number; perA: number };

/** Who an attribute applies to; everybody else has an empty cell. */
export interface Applies {
  /** As in the data dictionary, for instance "sex = 'F'". */
  when: string;
  female?: number;
  /** First and last age in years. */
  from?: number;
  to?: number;
}

/**
 * One attribute and the equation of its score:
 *   score = curve(age, sex) + loads . factors + effects of treatments + bend + block + noise,
 * recorded through `scale`. The noise has the variance that makes the score's variance one given age, sex and treatments
 * (bends come on top), unless `exact` says that there is no noise.
 */
export interface AttributeSpec {
  name: string;
  label: string;
  unit?: string;
  type: AttributeType;
  sources: readonly SourceName[];
  /** Attributes measured or asked together; they go missing together. */
  panel: string;
  curve?: Curve;
  loads?: Partial<Record<FactorName, number>>;
  exact?: true;
  effects?: Partial<Record<TreatmentName, Effect>>;
  bend?: Bend;
  /** Loading on the factor of the attribute's own block (further panels only). */
  block?: { index: number; load: number };
  scale: Scale;
  applies?: Applies;
}

/** True if the attribute is measured in a person of this age (years) and sex (female = 1). */
export const appliesTo = ({ applies }: AttributeSpec, age: number, female: number): boolean =>
  applies === undefined ||
  ((applies.female === undefined || applies.female === female) && age >= (applies.from ?? 0) && age <= (applies.to ?? Infinity));

/** Direct shift of a score by a treatment in treated people of this age. */
export const effectAt = (effect: Effect, age: number): number =>
  typeof effect === "number" ? effect : effect.shift + (effect.perA * (age - 50)) / 15;

/** The law of examination dates: the calendar factor's scale, also read by seasons. */
export const examination = { kind: "date", from: "2021-01-04", days: 1095 } as const satisfies Scale;

/** Position of the factor that a bend bends. */
export const bendFactor = (bend: Bend): number => factorIndex(bend.kind === "season" ? "calendar" : bend.factor);

/** Value of a bend, in score units, for a value x of its factor and a sex. */
export function bendAt(bend: Bend, x: number, female: number): number {
  switch (bend.kind) {
    case "square":
      return bend.weight * (x * x - 1);
    case "above":
      return bend.weight * Math.max(0, x - bend.from);
    case "season":
      return bend.weight * Math.cos((2 * Math.PI * (examination.days * normalCdf(x) + 3 - bend.peak)) / 365);
    case "by-sex":
      return bend.weight * (female - 0.5) * x;
  }
}

function bendText(bend: Bend): string {
  const term = (name: string): string => sumText([[bend.weight, name]]);
  switch (bend.kind) {
    case "square":
      return term(`(${bend.factor}^2 - 1)`);
    case "above":
      return term(`max(0, ${bend.factor} - ${bend.from})`);
    case "season":
      return term(`cos(2 pi (day - ${bend.peak}) / 365)`);
    case "by-sex":
      return term(`w ${bend.factor}`);
  }
}

function scaleText(scale: Scale): string {
  switch (scale.kind) {
    case "person":
      return "drawn first";
    case "linear":
      return `${scale.center} + ${scale.spread} score`;
    case "log":
      return `${Number(scale.median.toPrecision(6))} exp(${Number(scale.sigma.toPrecision(6))} score)`;
    case "uniform":
      return `${scale.from} + ${scale.to - scale.from} Phi(score)`;
    case "date":
      return `${scale.from} + floor(${scale.days} Phi(score)) days`;
    case "levels":
      return `cut at cumulated shares ${scale.shares.join(", ")}`;
    case "count":
      return `${scale.zero === undefined ? "" : `zero-inflated (${scale.zero}) `}${
        scale.size === undefined ? `Poisson(${scale.mean})` : `negative binomial(mean ${scale.mean}, size ${scale.size})`
      } quantile of Phi(score)`;
  }
}

/** The attribute's equation in words and numbers: { score, value }. `noise` is the standard deviation of the noise. */
export function equationOf(attribute: AttributeSpec, noise: number): { score: string; value: string } {
  const { curve, loads, effects, bend, block, scale } = attribute;
  const limit = "limit" in scale ? scale.limit : undefined;
  const parts = [
    curveText(curve ?? {}),
    sumText(Object.entries(loads ?? {}).map(([name, weight]) => [weight, name])),
    Object.entries(effects ?? {})
      .map(([name, effect]) => {
        const shift = typeof effect === "number" ? sumText([[effect, ""]]) : `(${sumText([[effect.shift, ""], [effect.perA, "a"]])})`;
        return `${shift} [${name}]`;
      })
      .join(" + "),
    bend === undefined ? "" : bendText(bend),
    block === undefined ? "" : sumText([[block.load, `block${block.index}`]]),
    noise === 0 ? "" : sumText([[noise, "noise"]]),
  ].filter((part) => part !== "");
  return {
    score: parts.join(" + ").replaceAll("+ -", "- "),
    value: `${scaleText(scale)}${limit === undefined ? "" : `; below ${limit.below} recorded as ${limit.recorded}`}`,
  };
}
