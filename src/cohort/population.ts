/** Who is in which source: the laws of age and sex. Given age and sex all sources share one law of everything else. */
export const sourceNames = ["checkup", "laboratory", "lifestyle"] as const;
export type SourceName = (typeof sourceNames)[number];

/** Age is normal(mean, sd) restricted to the whole years first..last; sex is independent of it. */
export interface Population {
  meanAge: number;
  sdAge: number;
  firstAge: number;
  lastAge: number;
  /** Share of women. */
  women: number;
}

/** The check-up population is the reference population; the laboratory study is older, the survey younger. */
export const populations: Record<SourceName, Population> = {
  checkup: { meanAge: 52, sdAge: 17, firstAge: 20, lastAge: 89, women: 0.52 },
  laboratory: { meanAge: 58, sdAge: 15, firstAge: 25, lastAge: 89, women: 0.5 },
  lifestyle: { meanAge: 44, sdAge: 16, firstAge: 20, lastAge: 84, women: 0.58 },
};

/** Probability of each whole age from firstAge to lastAge. */
export function ageShares({ meanAge, sdAge, firstAge, lastAge }: Population): Float64Array {
  const shares = Float64Array.from({ length: lastAge - firstAge + 1 }, (_, i) =>
    Math.exp(-0.5 * ((firstAge + i - meanAge) / sdAge) ** 2),
  );
  const total = shares.reduce((sum, x) => sum + x, 0);
  return shares.map((x) => x / total);
}

const cumulative = Object.fromEntries(
  sourceNames.map((name) => {
    let sum = 0;
    return [name, ageShares(populations[name]).map((share) => (sum += share))];
  }),
) as Record<SourceName, Float64Array>;

/** The age in whole years at which a source's age distribution reaches u in (0, 1). */
export function ageAt(source: SourceName, u: number): number {
  const shares = cumulative[source];
  let low = 0;
  let high = shares.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shares[middle] < u) low = middle + 1;
    else high = middle;
  }
  return populations[source].firstAge + low;
}
