/** What the same-named columns of two tables tell about each other: another unit, other levels, the same people. */
import type { ColumnProfile } from "./profile.js";
import type { Conversion } from "./schema.js";

/** Value in the unit `to` = multiply * value in the unit `from` + add. */
interface KnownUnit {
  readonly from: string;
  readonly to: string;
  readonly multiply: number;
  readonly add?: number;
  /** Names of columns that are measured in these units; a unit whose name fits goes before all others. */
  readonly names: RegExp;
}

/** Units that health tables mix; each is tried in both directions. */
const knownUnits: readonly KnownUnit[] = [
  { from: "mmol/L", to: "mg/dL of glucose", multiply: 18.016, names: /glu|bsl|sugar/i },
  { from: "mmol/L", to: "mg/dL of cholesterol", multiply: 38.67, names: /chol|hdl|ldl|tc$/i },
  { from: "mmol/L", to: "mg/dL of triglycerides", multiply: 88.57, names: /trig|tg$|trg/i },
  { from: "mmol/L", to: "mg/dL of calcium", multiply: 4.008, names: /calc|^ca$|sca/i },
  { from: "mmol/L", to: "mg/dL of urea nitrogen", multiply: 2.801, names: /bun|urea|sbu/i },
  { from: "mmol/L", to: "mg/dL of urea", multiply: 6.006, names: /urea/i },
  { from: "mg/dL", to: "µmol/L of creatinine", multiply: 88.42, names: /crea|scr|cr$/i },
  { from: "mg/dL", to: "µmol/L of bilirubin", multiply: 17.1, names: /bili|tbil|stb/i },
  { from: "mg/dL", to: "µmol/L of uric acid", multiply: 59.48, names: /uric|sua/i },
  { from: "µg/dL", to: "nmol/L of cortisol", multiply: 27.59, names: /cort/i },
  { from: "ng/mL", to: "nmol/L of vitamin D", multiply: 2.496, names: /vit.*d|25.?oh/i },
  { from: "%", to: "mmol/mol of HbA1c", multiply: 10.929, add: -23.5, names: /a1c|ghb|glyc/i },
  { from: "inches", to: "centimetres", multiply: 2.54, names: /height|hgt|ht$|waist|hip|length|stature|circ|wst/i },
  { from: "feet", to: "centimetres", multiply: 30.48, names: /height|hgt|ht$|stature/i },
  { from: "pounds", to: "kilograms", multiply: 0.45359, names: /weight|wgt|wt$|mass/i },
  { from: "stones", to: "kilograms", multiply: 6.3503, names: /weight|wgt|wt$|mass/i },
  { from: "°F", to: "°C", multiply: 5 / 9, add: -160 / 9, names: /temp/i },
  { from: "kPa", to: "mmHg", multiply: 7.5006, names: /press|sys|dia|bp|map$/i },
  { from: "kcal", to: "kJ", multiply: 4.184, names: /energy|cal/i },
  { from: "hours", to: "minutes", multiply: 60, names: /sleep|time|hours|min|dur/i },
  { from: "weeks", to: "days", multiply: 7, names: /gest|preg|dur/i },
  { from: "years", to: "months", multiply: 12, names: /age|dur/i },
  { from: "years", to: "days", multiply: 365.25, names: /age|dur/i },
  { from: "a unit", to: "its tenth (g/dL and g/L)", multiply: 10, names: /h(a)?emoglobin|hgb|hb$|alb|prot/i },
  { from: "a unit", to: "its hundredth (m and cm, shares and percent)", multiply: 100, names: /height|hgt|ht$|stature|h(a)?ematocrit|share|percent|rate/i },
  { from: "a unit", to: "its thousandth (g and mg)", multiply: 1000, names: /albu|dose|intake/i },
];

/** Weighted quartiles of a column's numbers, from its (sampled) values. */
interface Spread {
  readonly median: number;
  /** Interquartile range in standard deviations of a normal variable. */
  readonly sd: number;
}

/** Fewest cells on which a comparison rests, in each table. */
const fewestCells = 30;

function spreadOf(profile: ColumnProfile): Spread | null {
  const values = profile.values.filter(({ kind }) => kind === "number" || kind === "comma").sort((a, b) => a.value! - b.value!);
  const total = values.reduce((sum, { count }) => sum + count, 0);
  if (total < fewestCells) return null;
  const quantile = (p: number): number => {
    let seen = 0;
    for (const { value, count } of values) if ((seen += count) >= p * total) return value!;
    return values.at(-1)!.value!;
  };
  const sd = (quantile(0.75) - quantile(0.25)) / 1.349;
  return sd > 0 ? { median: quantile(0.5), sd } : null;
}

/** Medians that lie further apart than this many standard deviations are not of one unit; after a conversion they must lie nearer than `near`. */
const far = 2;
const near = 0.75;
/** Most that spreads of one unit differ by. */
const spreadRatio = 2;

export interface UnitHint {
  /** Absent where the numbers differ by no known factor. */
  readonly conversion?: Pick<Conversion, "multiply" | "add">;
  /** What was seen, in a clause. */
  readonly why: string;
}

/**
 * Whether numbers in `other` look like those in `first` in another unit. A cheap check on medians and quartiles that can
 * be wrong: for a person to judge.
 */
export function unitHint(first: ColumnProfile, other: ColumnProfile, names: { readonly first: string; readonly other: string }): UnitHint | null {
  const a = spreadOf(first);
  const b = spreadOf(other);
  if (!a || !b || Math.abs(a.median - b.median) <= far * Math.max(a.sd, b.sd)) return null;
  const why = `the median is ${short(b.median)} in ${names.other} and ${short(a.median)} in ${names.first}`;
  const likely = knownUnits.filter(({ names }) => names.test(first.name));
  const best = nearest(a, b, likely) ?? nearest(a, b, knownUnits);
  if (!best) return { why };
  const { multiply, add, from, to } = best.unit;
  const conversion = best.toFirst
    ? { multiply: rounded(multiply), ...(add ? { add: rounded(add) } : {}) }
    : { multiply: rounded(1 / multiply), ...(add ? { add: rounded(-add / multiply) } : {}) };
  return { conversion, why: `${why}, as ${best.toFirst ? from : to} would be against ${best.toFirst ? to : from}` };
}

interface Match {
  readonly unit: KnownUnit;
  readonly distance: number;
  /** Whether the other table's numbers are in `from` and the first's in `to`. */
  readonly toFirst: boolean;
}

/** The unit by which the two tables' medians and spreads agree best, if any does well enough. */
function nearest(a: Spread, b: Spread, units: readonly KnownUnit[]): Match | null {
  let best: Match | null = null;
  for (const unit of units) {
    for (const toFirst of [true, false]) {
      const [from, to] = toFirst ? [b, a] : [a, b];
      const { multiply, add = 0 } = unit;
      const shift = Math.abs(multiply * from.median + add - to.median) / Math.max(multiply * from.sd, to.sd);
      const ratio = Math.abs(Math.log((multiply * from.sd) / to.sd));
      const distance = shift + ratio;
      if (shift > near || ratio > Math.log(spreadRatio) || (best && best.distance <= distance)) continue;
      best = { unit, distance, toFirst };
    }
  }
  return best;
}

const rounded = (x: number): number => Number(x.toPrecision(5));
const short = (x: number): string => String(Number(x.toPrecision(4)));

/** Levels that stand in `other` only; nothing where either column is too varied to be listed. */
export function foreignLevels(first: ColumnProfile, other: ColumnProfile): string[] {
  if (!first.exact || !other.exact) return [];
  const known = new Set(first.values.map(({ text }) => text));
  return other.values.filter(({ text }) => !known.has(text)).map(({ text }) => text);
}

/** About how many different texts stand in both columns: samples are taken by hash, so they agree on which texts they keep. */
export function commonTexts(a: ColumnProfile, b: ColumnProfile): number {
  const own = new Set(a.values.map(({ text }) => text));
  return b.values.filter(({ text }) => own.has(text)).length * Math.max(a.scale, b.scale);
}
