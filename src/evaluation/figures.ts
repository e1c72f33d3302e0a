/** The figures by which methods are compared: what they are called, and what they mean for a reader. */
export interface Figure {
  readonly label: string;
  readonly kind: "numeric" | "levels";
  readonly better: "lower" | "higher" | "nominal";
  readonly meaning: string;
}

export const figures = {
  nrmse: { label: "NRMSE", kind: "numeric", better: "lower", meaning: "root mean squared error of numbers, in standard deviations of the full column; 1 is about what filling in the mean gives" },
  mae: { label: "MAE", kind: "numeric", better: "lower", meaning: "mean absolute error of numbers, in standard deviations" },
  r2: { label: "R²", kind: "numeric", better: "higher", meaning: "squared correlation of filled and true numbers, averaged over columns" },
  wasserstein: { label: "Wasserstein", kind: "numeric", better: "lower", meaning: "distance between the distributions of filled and of true numbers, in standard deviations; best guesses vary too little by nature" },
  crps: { label: "CRPS", kind: "numeric", better: "lower", meaning: "continuous ranked probability score of the whole predicted distribution, in standard deviations; of draws its fair version" },
  coverage: { label: "coverage", kind: "numeric", better: "nominal", meaning: "share of true numbers within the central 90% interval, ties broken at random; 90% is right" },
  width: { label: "width", kind: "numeric", better: "lower", meaning: "mean width of the 90% interval, in standard deviations; only to be compared at equal coverage" },
  intervalScore: { label: "interval score", kind: "numeric", better: "lower", meaning: "width plus a fine of 20 times the distance for each number outside its 90% interval" },
  nll: { label: "NLL", kind: "numeric", better: "lower", meaning: "mean negative log-probability of the true number within its recorded resolution, in nats" },
  accuracy: { label: "accuracy", kind: "levels", better: "higher", meaning: "share of right levels, averaged over columns" },
  balancedAccuracy: { label: "balanced accuracy", kind: "levels", better: "higher", meaning: "share of right levels for each true level, averaged; rare levels count as much as common ones" },
  brier: { label: "Brier", kind: "levels", better: "lower", meaning: "squared error of the levels' probabilities, 0 to 2; of draws its fair version" },
  logLoss: { label: "log loss", kind: "levels", better: "lower", meaning: "mean negative log-probability of the true level, in nats" },
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureName = keyof typeof figures;
export const figureNames = Object.keys(figures) as FigureName[];

/** Probability of the intervals whose coverage, width and score are given. */
export const intervalLevel = 0.9;

/** How good a figure is, such that more is better: for ranks and for finding the best. */
export function goodness(name: FigureName, value: number): number {
  const { better } = figures[name];
  return better === "higher" ? value : better === "lower" ? -value : -Math.abs(value - intervalLevel);
}
