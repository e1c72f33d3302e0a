/** Points between the ends at which a function is looked at before it is taken as rising or falling throughout. */
const looks = 16;
/** Halvings of the range: more than the digits of a number. */
const halvings = 60;

/** Where a function that rises or falls throughout [low, high] is nought; NaN where it does neither, or is not nought there. */
export function solveMonotone(f: (x: number) => number, low: number, high: number): number {
  const seen = Array.from({ length: looks + 1 }, (_, k) => f(low + ((high - low) * k) / looks));
  const rises = seen[looks] > seen[0];
  const isMonotone = seen.every((y, k) => k === 0 || (rises ? y > seen[k - 1] : y < seen[k - 1]));
  if (!isMonotone || seen[0] * seen[looks] > 0) return NaN;
  let [below, above] = [low, high];
  for (let k = 0; k < halvings; k++) {
    const middle = (below + above) / 2;
    if (f(middle) > 0 === rises) above = middle;
    else below = middle;
  }
  return (below + above) / 2;
}
