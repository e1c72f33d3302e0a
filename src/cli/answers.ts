import type { Answer } from "../inference/predict.js";
import { bar, cut, percent, short, sketch, textWidth } from "./text.js";

const bins = 32;
const barWidth = 24;
const mostLevels = 12;

/** One answer for a person to read: what it is, its summary, and the distribution as bars. */
export function describeAnswer(answer: Answer): string {
  const { name, label, unit, why } = answer;
  const title = `${label ? `${label} (${name})` : name}${unit ? `, ${unit}` : ""}`;
  const rests = why
    ? [
        `  rests on ${why.similarPeople === null ? "no memory of people" : `about ${short(Math.round(why.similarPeople))} similar people${sourcesOf(why)}`}; ` +
          `shares: linear ${percent(why.paths.linear)}, similar people ${percent(why.paths.similarPeople)}, network ${percent(why.paths.network)}${why.paths.trees === undefined ? "" : `, trees ${percent(why.paths.trees)}`}`,
      ]
    : [];
  return [title, ...appliesLines(answer), ...(answer.levels ? levelLines(answer) : answer.interval ? numberLines(answer) : []), ...supportLines(answer), ...rests].join("\n");
}

/** " (70% checkup, 30% laboratory)", the largest first. */
function sourcesOf({ sources = [] }: NonNullable<Answer["why"]>): string {
  const shown = [...sources].filter((s) => s.share >= 0.005).sort((a, b) => b.share - a.share);
  return shown.length === 0 ? "" : ` (${shown.map(({ name, share }) => `${percent(share)} ${name}`).join(", ")})`;
}

/** Whether the attribute applies, where a rule says to whom. */
function appliesLines({ applies }: Answer): string[] {
  if (!applies || applies.probability === 1) return [];
  const { probability, rule } = applies;
  if (probability === 0) return [`  does not apply: only where ${rule}`];
  const how = probability === null ? "it cannot be known whether it applies" : `applies with a probability of ${percent(probability)}`;
  return [`  ${how} (where ${rule}); if it applies:`];
}

/** What the answer assumes, or why it is withheld. */
function supportLines({ support, withheld }: Answer): string[] {
  if (withheld !== undefined) return [`  withheld: ${withheld}`];
  return support?.assumption === undefined ? [] : [`  ${support.assumption}`];
}

function numberLines(answer: Answer): string[] {
  const { mean, median, interval } = answer;
  const value = (x: number | string | undefined): string => (typeof x === "number" ? short(x) : String(x));
  const centre = typeof median === "string" ? `median ${median}` : `mean ${value(mean)}, median ${value(median)}`;
  return [`  ${centre}; ${intervalText(interval!, value)}`, ...densityLines(answer)];
}

function levelLines({ levels = [], median, interval }: Answer): string[] {
  const order = median === undefined || !interval ? [] : [`  median ${median}; ${intervalText(interval, String)}`];
  const likely = [...levels].sort((a, b) => b.probability - a.probability);
  const shown = levels.length <= mostLevels ? levels : likely.slice(0, mostLevels);
  const width = Math.min(32, Math.max(...shown.map(({ level }) => textWidth(level))));
  const lines = shown.map(({ level, probability }) => {
    const text = cut(level, width);
    return `  ${text}${" ".repeat(width - textWidth(text))}  ${bar(probability, barWidth)} ${percent(probability).padStart(5)}`;
  });
  const rest = likely.slice(shown.length).reduce((sum, { probability }) => sum + probability, 0);
  return [...order, ...lines, ...(levels.length > shown.length ? [`  (${levels.length - shown.length} other levels: ${percent(rest)})`] : [])];
}

const intervalText = ({ level, low, high }: NonNullable<Answer["interval"]>, value: (x: number | string) => string): string =>
  `${percent(level)} of such people from ${value(low)} to ${value(high)}`;

/** The density between the outer quantiles, drawn from the quantiles: their cdf, taken as straight in between. */
function densityLines({ quantiles = [] }: Answer): string[] {
  const points = quantiles.flatMap(({ u, value }) => {
    const x = typeof value === "number" ? value : Date.parse(value) / 86_400_000;
    return Number.isFinite(x) ? [{ u, x }] : [];
  });
  if (points.length < 2) return [];
  const low = points[0].x;
  const high = points[points.length - 1].x;
  if (!(high > low)) return [];
  const cdf = (x: number): number => {
    const above = points.findIndex((p) => p.x > x);
    if (above < 0) return points[points.length - 1].u;
    if (above === 0) return points[0].u;
    const [a, b] = [points[above - 1], points[above]];
    return a.u + ((b.u - a.u) * (x - a.x)) / (b.x - a.x);
  };
  const edge = (k: number): number => cdf(low + ((high - low) * k) / bins);
  // Two quantiles at the lower end are one value that many people share; it belongs to the first bin.
  const first = points[1].x === low ? 0 : points[0].u;
  const masses = Array.from({ length: bins }, (_, k) => edge(k + 1) - (k === 0 ? first : edge(k)));
  const ends = [quantiles[0].value, quantiles[quantiles.length - 1].value].map((x) => (typeof x === "number" ? short(x) : x));
  return [`  ${ends[0]} ${sketch(masses)} ${ends[1]}`];
}
