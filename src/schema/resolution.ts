import type { ScaleProfile } from "./profile.js";
import type { Schema } from "./schema.js";

/**
 * The recorded resolution: 10^-decimals, times the largest of 2, 5, 10, 20, 50, ... that divides every value. Values with 6
 * decimals or more are continuous (computed, converted): a power of ten below a millionth of the range, if that is coarser.
 */
export function resolutionOf({ decimals, step, min, max }: ScaleProfile): number {
  if (decimals >= 6) {
    const fine = Math.floor(Math.log10((max - min) / 1e6));
    return Number(`1e${Math.max(-decimals, fine)}`);
  }
  let exponent = 0;
  while (step % 10 ** (exponent + 1) === 0) exponent++;
  const rest = step / 10 ** exponent;
  const digit = rest % 5 === 0 ? 5 : rest % 2 === 0 ? 2 : 1;
  return Number(`${digit}e${exponent - decimals}`);
}

/** The dictionary with the resolution 1 at counts that state none: what is counted is filled with whole numbers. */
export const withWholeCounts = (schema: Schema): Schema => ({
  ...schema,
  attributes: schema.attributes.map((attribute) =>
    attribute.role === "attribute" && attribute.type === "count" && attribute.resolution === undefined ? { ...attribute, resolution: 1 } : attribute,
  ),
});
