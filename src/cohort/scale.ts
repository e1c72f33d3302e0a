import { VhgmError } from "../base/errors.js";
import { normalCdf, normalQuantile } from "./gaussian.js";

/** Recorded numbers: rounded to `resolution` (a whole number or one over a whole number), kept inside [min, max]. */
interface Recorded {
  resolution: number;
  min?: number;
  max?: number;
  /** Values under `below` stand as `recorded`: a detection limit, or zero. */
  limit?: { below: number; recorded: number };
}

/** How a score (about standard normal) becomes a recorded value. All are monotone, so a value is an interval of scores. */
export type Scale =
  | { kind: "person"; field: "age" | "sex" }
  | ({ kind: "linear"; center: number; spread: number } & Recorded)
  | ({ kind: "log"; median: number; sigma: number } & Recorded)
  | ({ kind: "uniform"; from: number; to: number } & Recorded)
  | { kind: "date"; from: string; days: number }
  /** Cut at the normal quantiles of the cumulated shares. */
  | { kind: "levels"; levels: readonly string[]; shares: readonly number[] }
  /** Quantiles of a Poisson (no size) or negative binomial (variance mean + mean^2 / size) law, `zero` extra zeros. */
  | { kind: "count"; mean: number; size?: number; zero?: number };

/** A score between these two bounds is recorded as the value asked for. */
export type Interval = readonly [low: number, high: number];

/** Both directions of a scale. Numbers are level positions for levels and days since 1970-01-01 for dates. */
export interface Coder {
  number(score: number): number;
  text(score: number): string;
  /** Throws VhgmError "data" for a text that the scale never writes. */
  interval(text: string): Interval;
  /** Thresholds between consecutive levels or counts; undefined for numbers on a continuous scale. */
  cuts?: Float64Array;
}

const dayMs = 86_400_000;
/** Days since 1970-01-01 of an ISO date. */
export const dayOf = (isoDate: string): number => Math.round(Date.parse(`${isoDate}T00:00:00Z`) / dayMs);
/** ISO date of a day since 1970-01-01. */
export const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Number of decimals that show a resolution in full, for instance 2 for 0.25. */
export function decimalsOf(resolution: number): number {
  let decimals = 0;
  while (decimals < 9 && Math.abs(resolution * 10 ** decimals - Math.round(resolution * 10 ** decimals)) > 1e-9) decimals++;
  return decimals;
}

/** A coder for a scale; `name` is for messages. */
export function createCoder(name: string, scale: Scale): Coder {
  switch (scale.kind) {
    case "linear":
      return recorded(name, scale, (z) => scale.center + scale.spread * z, (x) => (x - scale.center) / scale.spread);
    case "log":
      return recorded(
        name,
        { ...scale, min: scale.min ?? scale.limit?.recorded ?? scale.resolution },
        (z) => scale.median * Math.exp(scale.sigma * z),
        (x) => (x <= 0 ? -Infinity : Math.log(x / scale.median) / scale.sigma),
      );
    case "uniform": {
      const width = scale.to - scale.from;
      return recorded(name, scale, (z) => scale.from + width * normalCdf(z), (x) => normalQuantile((x - scale.from) / width));
    }
    case "date":
      return dates(name, scale.from, scale.days);
    case "levels": {
      let sum = 0;
      const cuts = Float64Array.from(scale.shares.slice(0, -1), (share) => normalQuantile((sum += share)));
      const place = new Map(scale.levels.map((level, i) => [level, i]));
      return discrete(name, cuts, (k) => scale.levels[k], (text) => place.get(text));
    }
    case "count":
      return discrete(name, countCuts(scale), String, (text) => (/^\d+$/.test(text) ? Number(text) : undefined));
    case "person":
      return discrete(name, new Float64Array(0), String, () => undefined);
  }
}

function recorded(name: string, options: Recorded, value: (z: number) => number, score: (x: number) => number): Coder {
  const { resolution, min = -Infinity, max = Infinity, limit } = options;
  const decimals = decimalsOf(resolution);
  const perUnit = Math.round(1 / resolution);
  const inUnits = (units: number): number => (resolution < 1 ? units / perUnit : units * resolution);
  const floor = limit === undefined ? -Infinity : score(limit.below);
  const number = (z: number): number => {
    if (limit !== undefined && z < floor) return limit.recorded;
    const x = inUnits(Math.round(value(z) / resolution));
    return x < min ? min : x > max ? max : x;
  };
  return {
    number,
    text: (z) => number(z).toFixed(decimals),
    interval: (text) => {
      const x = parse(name, text);
      if (limit !== undefined && x < limit.below) return [-Infinity, floor];
      return [x <= min ? -Infinity : Math.max(floor, score(x - resolution / 2)), x >= max ? Infinity : score(x + resolution / 2)];
    },
  };
}

function dates(name: string, from: string, days: number): Coder {
  const first = dayOf(from);
  const number = (z: number): number => first + Math.min(days - 1, Math.floor(days * normalCdf(z)));
  return {
    number,
    text: (z) => dateOf(number(z)),
    interval: (text) => {
      const day = dayOf(text) - first;
      if (!(day >= 0 && day < days)) throw unknownValue(name, text, `a date from ${from} to ${dateOf(first + days - 1)}`);
      return [normalQuantile(day / days), normalQuantile((day + 1) / days)];
    },
  };
}

function discrete(name: string, cuts: Float64Array, text: (k: number) => string, place: (text: string) => number | undefined): Coder {
  const number = (z: number): number => {
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cuts[middle] <= z) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    number,
    text: (z) => text(number(z)),
    interval: (given) => {
      const k = place(given);
      if (k === undefined || k > cuts.length) throw unknownValue(name, given, "one of the attribute's values");
      return [k === 0 ? -Infinity : cuts[k - 1], k === cuts.length ? Infinity : cuts[k]];
    },
    cuts,
  };
}

/** Normal quantiles of the cumulative distribution of a count, up to a tail of 1e-6. */
function countCuts({ mean, size, zero = 0 }: { mean: number; size?: number; zero?: number }): Float64Array {
  let p = size === undefined ? Math.exp(-mean) : (size / (size + mean)) ** size;
  let cumulated = 0;
  const cuts: number[] = [];
  for (let k = 0; cuts.length < 400; k++) {
    cumulated += p;
    const total = zero + (1 - zero) * cumulated;
    if (total > 1 - 1e-6) break;
    cuts.push(normalQuantile(total));
    p *= size === undefined ? mean / (k + 1) : (((k + size) / (k + 1)) * mean) / (mean + size);
  }
  return Float64Array.from(cuts);
}

function parse(name: string, text: string): number {
  const x = Number(text);
  if (text.trim() === "" || !Number.isFinite(x)) throw unknownValue(name, text, "a number");
  return x;
}

const unknownValue = (name: string, text: string, allowed: string): VhgmError =>
  new VhgmError("data", `The value "${text}" of ${name} is not ${allowed}.`);
