import type { MaskingStrategy } from "./strategy.js";

/** Hides all but `least` to `most` cells of the row, so that "nothing known" and "age only" are trained whatever the number of columns. */
export const fewVisible = (most = 3, least = 0): MaskingStrategy => ({
  name: `few(${most}${least > 0 ? `,${least}` : ""})`,
  hide({ observed }, rng, hidden) {
    hidden.set(observed);
    let left = observed.reduce((sum, bit) => sum + bit, 0);
    for (let keep = least + rng.int(most + 1 - least); keep > 0 && left > 0; keep--, left--) {
      let k = rng.int(left);
      let j = 0;
      while (!hidden[j] || k-- > 0) j++;
      hidden[j] = 0;
    }
  },
});
