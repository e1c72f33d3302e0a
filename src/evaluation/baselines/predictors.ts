import type { HoledColumn } from "./columns.js";

/**
 * For each attribute the other attributes that it is regressed on: all, or, where there are more than `most`, those with
 * the largest absolute correlation over people who have both (van Buuren 2018, section 6.3.2, advises 15 to 25). Of an
 * attribute with levels the level that correlates most counts.
 */
export function choosePredictors(columns: readonly HoledColumn[], most: number): number[][] {
  const known = columns.filter((c) => c.observed.length > 0);
  const others = (at: number): number[] => known.filter((c) => c.at !== at).map((c) => c.at);
  if (known.length - 1 <= most) return columns.map((c) => others(c.at));
  const features = columns.map(indicators);
  const strength = columns.map(() => new Float64Array(columns.length));
  for (const a of known) {
    for (const b of known) {
      if (b.at >= a.at) break;
      strength[a.at][b.at] = strength[b.at][a.at] = Math.max(...features[a.at].flatMap((x) => features[b.at].map((y) => absoluteCorrelation(x, y))));
    }
  }
  return columns.map(({ at }) =>
    others(at)
      .sort((a, b) => strength[at][b] - strength[at][a] || a - b)
      .slice(0, most)
      .sort((a, b) => a - b),
  );
}

/** A number itself; 0/1 indicators of the levels of the others (of two levels one is enough). NaN in holes. */
const indicators = ({ levels, values }: HoledColumn): Float64Array[] =>
  levels === 0
    ? [values]
    : Array.from({ length: levels === 2 ? 1 : levels }, (_, level) => values.map((x) => (Number.isNaN(x) ? NaN : x === level ? 1 : 0)));

/** Fewest people by whom a correlation is taken seriously. */
const fewest = 10;

function absoluteCorrelation(a: Float64Array, b: Float64Array): number {
  let [n, sa, sb, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  let [a0, b0] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) continue;
    if (n === 0) [a0, b0] = [a[i], b[i]]; // sums around a first value, so that large numbers lose no digits
    const [x, y] = [a[i] - a0, b[i] - b0];
    n++;
    sa += x;
    sb += y;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const scale = (aa - (sa * sa) / n) * (bb - (sb * sb) / n);
  return n >= fewest && scale > 0 ? Math.abs(ab - (sa * sb) / n) / Math.sqrt(scale) : 0;
}
