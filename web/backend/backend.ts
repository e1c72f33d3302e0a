import type { NeverBlock } from "../../src/bundle/neverTogether.js";
import type { TrainingCard } from "../../src/bundle/card.js";
import type { Marginals } from "../../src/data/marginals.js";
import type { Comparison, Scenario } from "../../src/inference/compare.js";
import type { WhereReport } from "../../src/inference/generate/conditioned.js";
import type { Measurement } from "../../src/inference/next.js";
import type { Given, Prediction } from "../../src/inference/predict.js";
import type { Attribute } from "../../src/schema/schema.js";

/** How well held-out cells of an attribute were predicted while the rest of their row was known. */
export type Score = TrainingCard["scores"][number];

/** What the app knows of one attribute before anything is asked. */
export interface KnownAttribute extends Readonly<Pick<Attribute, "name" | "label" | "unit" | "type" | "levels" | "resolution" | "aliases" | "equals" | "missing" | "conversions" | "decimal">> {
  /** Numbers: what was learned from; dates in days since 1970-01-01. */
  readonly range?: { readonly low: number; readonly high: number };
  /** The condition under which it applies to a person. */
  readonly appliesWhen?: string;
  readonly score?: Omit<Score, "name">;
}

/** What the app knows of the model. */
export interface ModelFacts {
  readonly name: string;
  readonly card: Omit<TrainingCard, "scores" | "marginals">;
  readonly attributes: readonly KnownAttribute[];
  /** Pairs of attributes that nobody in the training tables showed together; null for models that did not count. */
  readonly never: { readonly allPairs: number; readonly pairs: number; readonly blocks: readonly NeverBlock[] } | null;
  /** Whether the model may be loaded into the page. */
  readonly downloadable: boolean;
}

export interface PredictQuestion {
  readonly given: Given;
  readonly ask?: readonly string[];
  readonly level: number;
  readonly quantiles: readonly number[];
}

export interface CompareQuestion {
  readonly given: Given;
  readonly scenarios: readonly Scenario[];
  readonly ask?: readonly string[];
  readonly level: number;
}

export interface NextQuestion {
  readonly given: Given;
  /** Attributes that are to become more certain. */
  readonly targets: readonly string[];
  readonly top: number;
}

/** Rows of text cells, '' for a hole, as in a file. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Some rows of a table; each row is completed by itself, so a long table is asked in parts. */
export interface ImputeQuestion extends TextTable {
  /** The file's name, by which conversions for one source are found. */
  readonly name: string;
  /** Level of the intervals that come as added columns. */
  readonly level: number;
}

export interface GenerateQuestion {
  readonly rows: number;
  readonly where?: string;
  readonly seed: number;
}

/** Invented people, and how hard their conditions were to meet. */
export interface Invented extends TextTable {
  readonly where?: WhereReport;
}

/**
 * What answers the app's questions: the server, or the model in the page.
 * All reject with an `AppError`, or with the signal's reason once it is aborted.
 */
export interface Backend {
  readonly place: "server" | "device";
  predict(question: PredictQuestion, signal: AbortSignal): Promise<Prediction>;
  compare(question: CompareQuestion, signal: AbortSignal): Promise<Comparison>;
  /** What measuring further attributes would be worth, the best first. */
  next(question: NextQuestion, signal: AbortSignal): Promise<readonly Measurement[]>;
  impute(question: ImputeQuestion, signal: AbortSignal): Promise<TextTable>;
  generate(question: GenerateQuestion, signal: AbortSignal, onRows?: (rows: number) => void): Promise<Invented>;
  /** What the model remembers of its training table's columns; null for models of older programs. */
  marginals(signal: AbortSignal): Promise<Marginals | null>;
  close(): void;
}

/** A failure that is told to the person in its own words. */
export class AppError extends Error {
  override readonly name = "AppError";
  /** The attribute at fault, where it is one. */
  readonly attribute?: string;
  /** The server could not be reached. */
  readonly offline: boolean;
  /** The server's status code, where it was the server. */
  readonly status?: number;

  constructor(message: string, { attribute, offline = false, status, cause }: { attribute?: string; offline?: boolean; status?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.attribute = attribute;
    this.status = status;
    this.offline = offline;
  }
}

const listsOfAttributes = ["given", "ask", "targets", "candidates"];

/** The attribute that a path into a question names: ["scenarios", "0", "given", "age"] names age, ["where"] none. */
export const attributeAt = (path: readonly string[] = []): string | undefined => (listsOfAttributes.includes(path.at(-2) ?? "") ? path.at(-1) : undefined);
