import { createRng, permutation } from "../../base/random.js";
import { average } from "../columns.js";
import { distributionsOf, type Distribution } from "./distributions.js";
import { sampleRows, type SyntheticPeople } from "./people.js";
import { privacyOf, type Privacy } from "./privacy.js";
import { columnShapes, meanKnown, type Shape } from "./shapes.js";
import { associations, pairTrends, type Trends } from "./trends.js";
import { tellApart, type TwoSample } from "./twoSample.js";
import { utilityOf, type Utility } from "./utility.js";

/** Something measured on the invented people and, as what can be reached, on equally many real people whom the generator has not seen. */
export interface Beside<T> {
  readonly synthetic: T;
  readonly holdout: T;
}

export interface ShapeScores {
  /** Means over attributes. */
  readonly score: number;
  readonly missing: number;
  readonly columns: readonly Shape[];
}

/** How good and how private invented people are, as plain data. */
export interface SyntheticEvaluation {
  readonly format: "vhgm-synthetic-evaluation";
  readonly version: 1;
  readonly tables: Readonly<Record<keyof SyntheticPeople, { readonly name: string; readonly rows: number }>>;
  /** Rows of the invented and of the hold-out people that are compared with the training table. */
  readonly compared: number;
  readonly attributes: number;
  readonly shapes: Beside<ShapeScores>;
  readonly distributions: readonly Distribution[];
  readonly trends: Beside<Trends> & {
    /** Attributes of the matrices, in their order. */
    readonly attributes: readonly string[];
    readonly associations: Readonly<Record<keyof SyntheticPeople, readonly (readonly number[])[]>>;
  };
  /** Against the hold-out: invented people, and people of the training table. */
  readonly twoSample: { readonly synthetic: TwoSample; readonly train: TwoSample };
  readonly utility: readonly Utility[];
  readonly privacy: Privacy;
  /** What a reader must know to trust the figures, in sentences. */
  readonly notes: readonly string[];
  readonly made: { readonly command: string; readonly versions: Readonly<Record<string, string>>; readonly seconds: number };
}

export interface SyntheticInput {
  readonly people: SyntheticPeople;
  readonly names: Readonly<Record<keyof SyntheticPeople, string>>;
  /** Larger tables are cut to random samples of so many rows, but for the search for copies. */
  readonly rows: number;
  readonly seed: number;
  readonly notes?: readonly string[];
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Told of each part before it begins; what it throws ends the evaluation. */
export type OnPart = (part: string, done: number, total: number) => void | Promise<void>;

/** Most attributes whose pairs are compared. */
const mostPaired = 200;

/** Measures invented people against those whom the generator learned from, beside real people whom it has not seen. */
export async function evaluateSynthetic({ people, names, rows, seed, notes = [], command, versions }: SyntheticInput, onPart: OnPart = () => undefined): Promise<SyntheticEvaluation> {
  const start = Date.now();
  const compared = Math.min(rows, people.holdout.rows, people.synthetic.rows);
  const train = sampleRows(people.train, rows, seed);
  const holdout = sampleRows(people.holdout, compared, seed + 1);
  const synthetic = sampleRows(people.synthetic, compared, seed + 2);
  const total = 5;
  await onPart("column shapes", 0, total);
  const shapes = beside({ synthetic, holdout }, (other) => shapeScores(columnShapes(train, other)));
  const distributions = distributionsOf({ train, holdout, synthetic });
  await onPart("pair trends", 1, total);
  const chosen = chooseAttributes(train.attributes.length, seed);
  const part = (cells: typeof train): typeof train => ({ rows: cells.rows, attributes: chosen.map((j) => cells.attributes[j]), values: chosen.map((j) => cells.values[j]) });
  const real = part(train);
  const trends = beside({ synthetic: part(synthetic), holdout: part(holdout) }, (other) => pairTrends(real, other));
  const found = { train: associations(real), holdout: associations(part(holdout)), synthetic: associations(part(synthetic)) };
  await onPart("telling invented people from real ones", 2, total);
  const equal = sampleRows(train, compared, seed + 3);
  const twoSample = { synthetic: tellApart(holdout, synthetic, seed), train: tellApart(holdout, equal, seed) };
  await onPart("learning from invented people", 3, total);
  const utility = utilityOf({ train: part(equal), holdout: part(holdout), synthetic: part(synthetic) }, found.train, seed);
  await onPart("privacy", 4, total);
  const privacy = privacyOf(people, seed);
  return {
    format: "vhgm-synthetic-evaluation",
    version: 1,
    tables: {
      train: { name: names.train, rows: people.train.rows },
      holdout: { name: names.holdout, rows: people.holdout.rows },
      synthetic: { name: names.synthetic, rows: people.synthetic.rows },
    },
    compared,
    attributes: train.attributes.length,
    shapes,
    distributions,
    trends: { ...trends, attributes: real.attributes.map((a) => a.name), associations: found },
    twoSample,
    utility,
    privacy,
    notes: [
      ...notes,
      ...(chosen.length < train.attributes.length ? [`Pairs of a random ${chosen.length} of the ${train.attributes.length} attributes are compared.`] : []),
      ...(privacy.control.auc < 0.9
        ? [`The copying control reaches an AUC of only ${privacy.control.auc.toFixed(3)}: on these tables people can hardly be told apart, and the attack says little.`]
        : []),
    ],
    made: { command, versions, seconds: (Date.now() - start) / 1000 },
  };
}

const beside = <C, T>({ synthetic, holdout }: Beside<C>, measure: (cells: C) => T): Beside<T> => ({ synthetic: measure(synthetic), holdout: measure(holdout) });

const shapeScores = (columns: readonly Shape[]): ShapeScores => ({ score: meanKnown(columns.map((c) => c.score)), missing: average(columns.map((c) => c.missing)), columns });

const chooseAttributes = (p: number, seed: number): number[] => [...permutation(p, createRng(seed, 0x9a12)).slice(0, Math.min(p, mostPaired))].sort((a, b) => a - b);
