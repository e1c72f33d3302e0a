import { createRng, type Rng } from "../base/random.js";
import type { AttributeSpec } from "./attribute.js";
import type { Curve } from "./curve.js";
import { factorNames, type FactorName } from "./factors.js";
import {
  exposureNames, foodNames, geneticNames, lipidNames, metaboliteNames, proteinNames, sensorNames, statementNames, symptomNames,
  type PanelName,
} from "./panelNames.js";
import type { SourceName } from "./population.js";
import type { Scale } from "./scale.js";

/** Attributes of one block share a block factor, are measured together and go missing together. */
export const blockSize = 24;
/** The population does not change with the seed of a cohort: coefficients of further panels come from this seed. */
const populationSeed = 20240229;

/** A kind of further attributes: their names, what they may depend on, and the scale they are recorded on. */
interface PanelKind {
  title: string;
  source: SourceName;
  names: Iterator<PanelName>;
  /** Factors that a block of this kind draws two or three from; none for genetic scores. */
  factors: readonly FactorName[];
  /** True where averages move with age, sex and smoking. */
  demographic: boolean;
  unit?: string;
  type: AttributeSpec["type"];
  /** For names that bring no scale of their own. */
  scale?: (rng: Rng) => Scale;
}

const uniform = (rng: Rng, from: number, to: number): number => from + (to - from) * rng.uniform();
const rounded = (x: number, decimals = 2): number => Number(x.toFixed(decimals));
/** 10^k, the power of ten at or below x. */
const powerOfTen = (x: number): number => Number((10 ** Math.floor(Math.log10(x))).toPrecision(1));

/** A score in standard deviations. */
const standardScale: Scale = { kind: "linear", center: 0, spread: 1, resolution: 0.01 };

/** A concentration: log-normal, about three significant digits, with a detection limit for some. */
function concentration(rng: Rng, limited: number): Scale {
  const median = Number((10 ** uniform(rng, -1, 2.5)).toPrecision(2));
  const sigma = rounded(uniform(rng, 0.25, 0.8));
  const resolution = powerOfTen(median * sigma * 0.1);
  if (rng.uniform() > limited) return { kind: "log", median, sigma, resolution };
  const units = Math.max(4, Math.round((median * Math.exp(-sigma * uniform(rng, 0.8, 1.6))) / resolution));
  const decimals = Math.max(0, -Math.floor(Math.log10(resolution)));
  return {
    kind: "log", median, sigma, resolution,
    limit: { below: rounded(units * resolution, decimals), recorded: rounded(Math.round(units / Math.SQRT2) * resolution, decimals) },
  };
}

/** Shares of k ordered levels around a random centre. */
function levelScale(rng: Rng, levels: readonly string[]): Scale {
  const center = uniform(rng, 0.2, 0.8) * (levels.length - 1);
  const raw = levels.map((_, i) => Math.exp(-0.5 * ((i - center) / (0.32 * levels.length)) ** 2));
  const total = raw.reduce((sum, x) => sum + x, 0);
  const shares = raw.map((x) => rounded(x / total, 3));
  shares[shares.length - 1] = rounded(1 - shares.slice(0, -1).reduce((sum, x) => sum + x, 0), 3);
  return { kind: "levels", levels, shares };
}

const frequency = ["never", "monthly", "weekly", "several times a week", "daily"];
const agreement = ["1", "2", "3", "4", "5"];
const traits: readonly FactorName[] = ["openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism", "stress"];
const body: readonly FactorName[] = ["adiposity", "metabolic", "vascular", "inflammation", "cholesterol", "diet", "fitness"];

function panelKinds(): PanelKind[] {
  const laboratory = { source: "laboratory", demographic: true, type: "positive" } as const;
  const lifestyle = { source: "lifestyle", demographic: true } as const;
  return [
    {
      ...laboratory, title: "lipidomics", names: lipidNames(), unit: "umol/L",
      factors: ["adiposity", "metabolic", "cholesterol", "diet"], scale: (rng) => concentration(rng, 0.1),
    },
    {
      ...lifestyle, title: "food frequency", names: foodNames(), type: "ordinal",
      factors: ["diet", "socioeconomic", "openness", "conscientiousness"], scale: (rng) => levelScale(rng, frequency),
    },
    {
      ...laboratory, title: "proteomics", names: proteinNames(), unit: "NPX", type: "real", factors: body,
      scale: (rng) => {
        const center = rounded(uniform(rng, 1, 9), 1);
        return { kind: "linear", center, spread: rounded(uniform(rng, 0.4, 1.2)), resolution: 0.01 };
      },
    },
    {
      ...lifestyle, title: "questionnaire", names: statementNames(), type: "ordinal", factors: traits,
      scale: (rng) => levelScale(rng, agreement),
    },
    {
      ...laboratory, title: "urine metabolomics", names: metaboliteNames("Urinary"), unit: "umol/mmol creatinine", factors: body,
      scale: (rng) => concentration(rng, 0.4),
    },
    {
      ...laboratory, title: "genetic scores", names: geneticNames(), demographic: false, unit: "SD", type: "real", factors: [],
    },
    {
      ...lifestyle, title: "wearable sensor", names: sensorNames(), type: "positive",
      factors: ["fitness", "stress", "sleep", "vascular"],
    },
    {
      ...lifestyle, title: "symptoms", names: symptomNames(), type: "binary",
      factors: ["stress", "neuroticism", "inflammation", "sleep", "vascular"],
      scale: (rng) => {
        const yes = rounded(uniform(rng, 0.06, 0.45));
        return { kind: "levels", levels: ["no", "yes"], shares: [rounded(1 - yes), yes] };
      },
    },
    {
      ...laboratory, title: "exposures", names: exposureNames(), unit: "ug/L", factors: ["socioeconomic", "diet"],
      scale: (rng) => concentration(rng, 0.7),
    },
    {
      ...laboratory, title: "serum metabolomics", names: metaboliteNames("Serum"), unit: "umol/L", factors: body,
      scale: (rng) => concentration(rng, 0.2),
    },
  ];
}

/** Draws one block: a few names, the factors they share, and each attribute's own coefficients. */
function makeBlock(kind: PanelKind, names: readonly PanelName[], index: number): AttributeSpec[] {
  const rng = createRng(populationSeed, index);
  const shared = [...kind.factors];
  const chosen: FactorName[] = [];
  for (let i = 0; i < Math.min(3, kind.factors.length); i++) chosen.push(...shared.splice(rng.int(shared.length), 1));
  return names.map(({ name, label, unit = kind.unit, scale }) => {
    const effect = (): number => rounded(uniform(rng, 0.1, 0.4) * (rng.uniform() < 0.5 ? -1 : 1));
    const loads: Partial<Record<FactorName, number>> = {};
    for (const factor of factorNames) if (chosen.includes(factor) && rng.uniform() < 0.75) loads[factor] = effect();
    const curve: Curve = kind.demographic ? { a: rounded(0.18 * rng.normal()), w: rounded(0.25 * rng.normal()) } : {};
    const smoking = kind.demographic && rng.uniform() < 0.15 ? effect() : 0;
    return {
      name, label, unit, type: kind.type, sources: [kind.source], panel: `${kind.title} ${index + 1}`,
      curve, loads, ...(smoking === 0 ? {} : { effects: { smoking } }),
      block: { index, load: rounded(uniform(rng, 0.3, 0.65)) },
      scale: scale ?? kind.scale?.(rng) ?? standardScale,
    };
  });
}

/**
 * The first `count` further attributes. Kinds take turns, a block of 24 at a time, until their names run out; the order
 * does not depend on `count`, so a wider cohort only adds columns.
 */
export function furtherAttributes(count: number): AttributeSpec[] {
  const kinds = panelKinds();
  const specs: AttributeSpec[] = [];
  for (let block = 0, turn = 0; specs.length < count; turn++) {
    const kind = kinds[turn % kinds.length];
    const names: PanelName[] = [];
    while (names.length < blockSize) {
      const next = kind.names.next();
      if (next.done === true) break;
      names.push(next.value);
    }
    if (names.length > 0) specs.push(...makeBlock(kind, names, block++));
  }
  return specs.slice(0, count);
}
