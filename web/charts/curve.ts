/** Smooth densities through quantiles, and ticks for axes. */

export interface Quantile {
  readonly u: number;
  readonly x: number;
}

/** Probabilities at which densities are drawn from. */
export const curveQuantiles: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995,
];

const normal = (x: number, mean: number, sd: number): number => Math.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));

/**
 * A density that puts the probability between two neighbouring quantiles between them, each step spread by a normal kernel.
 * @param smooth the least spread, in units of x
 */
export function densityOf(quantiles: readonly Quantile[], smooth: number): (x: number) => number {
  const steps = quantiles.slice(1).map(({ u, x }, i) => ({
    mass: u - quantiles[i].u,
    mean: (x + quantiles[i].x) / 2,
    sd: Math.hypot(smooth, (x - quantiles[i].x) / 3.5),
  }));
  return (x) => steps.reduce((sum, { mass, mean, sd }) => sum + mass * normal(x, mean, sd), 0);
}

/** An SVG path of a density over the axis, closed at the bottom. Heights are shares of `height`. */
export function areaPath(density: (x: number) => number, from: number, to: number, scale: { width: number; height: number; top: number; highest: number }): { area: string; line: string } {
  const { width, height, top, highest } = scale;
  const points = 72;
  const line = Array.from({ length: points + 1 }, (_, k) => {
    const x = from + ((to - from) * k) / points;
    const y = top + height * (1 - density(x) / highest);
    return `${k === 0 ? "M" : "L"}${((width * k) / points).toFixed(1)} ${y.toFixed(1)}`;
  }).join("");
  return { line, area: `${line}L${width} ${top + height}L0 ${top + height}Z` };
}

export const highestOf = (density: (x: number) => number, from: number, to: number): number =>
  Math.max(...Array.from({ length: 73 }, (_, k) => density(from + ((to - from) * k) / 72)));

/** Two to five round numbers inside [from, to]: steps of 1, 2, 2.5 or 5 times a power of ten. */
export function ticksOf(from: number, to: number, wanted = 4): number[] {
  const rough = (to - from) / wanted;
  if (!(rough > 0) || !Number.isFinite(rough)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5].find((m) => m * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}
