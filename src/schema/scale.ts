/** The range and the step of numbers or dates, as they go by. */
import type { ScaleProfile } from "./profile.js";
import { countDecimals } from "./values.js";

/** Decimals above which a value counts as continuous: no step is looked for. */
const maxStepDecimals = 5;

export interface Scale {
  cells: number;
  min: number;
  max: number;
  decimals: number;
  /** Greatest common divisor of all values in units of 10^-decimals; 0 before the first value that is not zero. */
  divisor: number;
}

export const newScale = (): Scale => ({ cells: 0, min: Infinity, max: -Infinity, decimals: 0, divisor: 0 });

/** Takes a value that was not seen before into a scale. */
export function widen(scale: Scale, value: number): void {
  if (value < scale.min) scale.min = value;
  if (value > scale.max) scale.max = value;
  const decimals = countDecimals(value);
  if (decimals > scale.decimals) {
    scale.divisor *= 10 ** (decimals - scale.decimals);
    scale.decimals = decimals;
  }
  if (scale.divisor === 1 || scale.decimals > maxStepDecimals) return;
  const units = Math.round(Math.abs(value) * 10 ** scale.decimals);
  scale.divisor = units <= Number.MAX_SAFE_INTEGER ? greatestDivisor(scale.divisor, units) : 1;
}

/** The largest whole number that divides both; with 0, the other one. */
export function greatestDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

export const closeScale = ({ cells, min, max, decimals, divisor }: Scale): ScaleProfile => ({
  cells,
  min,
  max,
  decimals,
  step: decimals > maxStepDecimals ? 1 : Math.max(1, divisor),
});
