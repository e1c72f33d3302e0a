/** Columns whose numbers have a decimal comma. */
import { saysNothing } from "./hints.js";
import type { ColumnProfile, ScaleProfile } from "./profile.js";
import { closeScale, greatestDivisor, newScale } from "./scale.js";

/**
 * The profile with "171,8" read as a number, if all cells but well-known words for "no value" are whole numbers or such
 * numbers, and their commas can be nothing but decimal; else null.
 */
export function withDecimalCommas(profile: ColumnProfile): ColumnProfile | null {
  const { numbers, commas, dates, codes, oddTexts, values, decimalCommas } = profile;
  if (!decimalCommas || dates.cells > 0 || !oddTexts.every(saysNothing)) return null;
  return {
    ...profile,
    numbers: joinScales(numbers, commas),
    commas: closeScale(newScale()),
    codes: { ...codes, restMin: Math.min(codes.restMin, commas.min), restMax: Math.max(codes.restMax, commas.max) },
    values: values.map((value) => (value.kind === "comma" ? { ...value, kind: "number" } : value)),
    firstNonNumeric: undefined,
  };
}

/** Whole numbers and numbers with decimals as one scale. */
function joinScales(whole: ScaleProfile, commas: ScaleProfile): ScaleProfile {
  if (whole.cells === 0) return commas;
  const { decimals } = commas;
  const units = whole.step * 10 ** decimals;
  return {
    cells: whole.cells + commas.cells,
    min: Math.min(whole.min, commas.min),
    max: Math.max(whole.max, commas.max),
    decimals,
    step: Number.isSafeInteger(units) ? greatestDivisor(commas.step, units) : 1,
  };
}
