/**
 * How averages move with age and sex. Curves are data (a weight per basis function), so that the truth file can state
 * them; given age and sex everything else is Gaussian on the score scale, whatever their shape.
 */
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Basis functions of age in whole years and `female` (1 or 0). */
const basis = {
  one: () => 1,
  /** Age in units of 15 years from 50. */
  a: (age: number) => (age - 50) / 15,
  a2: (age: number) => ((age - 50) / 15) ** 2,
  /** Sex contrast: +0.5 women, -0.5 men. */
  w: (_age: number, female: number) => female - 0.5,
  /** Age by sex interaction. */
  aw: (age: number, female: number) => ((age - 50) / 15) * (female - 0.5),
  /** Women only, rises from 0 to 1 around 51 years. */
  menopause: (age: number, female: number) => female * sigmoid((age - 51) / 2.5),
  /** 1 in the early twenties, 0 from thirty on. */
  youth: (age: number) => sigmoid((24 - age) / 1.3),
  /** 0 until sixty, 1 from seventy on. */
  retirement: (age: number) => sigmoid((age - 65) / 1.5),
  /** 1 in the early twenties, 0 from forty on: family still to come. */
  family: (age: number) => sigmoid((30 - age) / 4),
} as const;

export type BasisName = keyof typeof basis;
export type Curve = Partial<Record<BasisName, number>>;

const basisFunctions: readonly ((age: number, female: number) => number)[] = Object.values(basis);
const basisNames = Object.keys(basis) as BasisName[];
const evaluated: Float64Array[] = [];

/** Values of all basis functions at an age (whole years) and sex (female = 1, male = 0), in the order of `basis`. */
function basisAt(age: number, female: number): Float64Array {
  return (evaluated[2 * age + female] ??= Float64Array.from(basisFunctions, (f) => f(age, female)));
}

/** A curve as positions and weights, quick to evaluate. */
export type CurveTerms = readonly (readonly [position: number, weight: number])[];

export const curveTerms = (curve: Curve): CurveTerms =>
  Object.entries(curve).map(([name, weight]) => [basisNames.indexOf(name as BasisName), weight] as const);

/** Value of a curve at an age (whole years) and sex (female = 1, male = 0), in score units. */
export function evaluateCurve(terms: CurveTerms, age: number, female: number): number {
  if (terms.length === 0) return 0;
  const values = basisAt(age, female);
  let total = 0;
  for (let i = 0; i < terms.length; i++) total += terms[i][1] * values[terms[i][0]];
  return total;
}

/** A curve as text, for instance "0.5 a - 0.25 w". */
export const curveText = (curve: Curve): string =>
  sumText(Object.entries(curve).map(([name, weight]) => [weight, name === "one" ? "" : name]));

/** A weighted sum as text: signs between terms, no trailing zeros. Empty for no terms. */
export function sumText(terms: readonly (readonly [number, string])[]): string {
  return terms
    .filter(([weight]) => weight !== 0)
    .map(([weight, name], i) => {
      const size = String(Number(Math.abs(weight).toFixed(3)));
      const sign = i === 0 ? (weight < 0 ? "-" : "") : weight < 0 ? " - " : " + ";
      return `${sign}${size}${name === "" ? "" : ` ${name}`}`;
    })
    .join("");
}
