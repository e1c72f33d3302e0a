/** What the server's thread and its workers say to each other. */
import type { ErrorCode } from "../../base/errors.js";
import type { Device } from "../../engine/index.js";
import type { CompareOptions, Scenario } from "../../inference/compare.js";
import type { GenerateOptions } from "../../inference/generate/generate.js";
import type { ImputeOptions } from "../../inference/impute.js";
import type { NextOptions } from "../../inference/next.js";
import type { Given, PredictOptions } from "../../inference/predict.js";
import type { Refusal } from "../api/problem.js";

/** A cell of a table that came as JSON. */
export type JsonCell = string | number | boolean | null;

/** A question to one of the models. Every answer is a text in UTF-8, in one piece or several. */
export type Job = { readonly model: string } & (
  | { readonly kind: "predict"; readonly given: Given; readonly options: PredictOptions }
  | { readonly kind: "compare"; readonly given: Given; readonly scenarios: readonly Scenario[]; readonly options: CompareOptions }
  | { readonly kind: "next"; readonly given: Given; readonly options: NextOptions }
  | { readonly kind: "imputeRows"; readonly rows: readonly Readonly<Record<string, JsonCell>>[]; readonly table?: string; readonly options: ImputeOptions }
  | { readonly kind: "imputeCsv"; readonly csv: Uint8Array; readonly table?: string; readonly options: ImputeOptions; readonly mostRows: number }
  | { readonly kind: "generate"; readonly rows: number; readonly options: Pick<GenerateOptions, "where" | "rounds" | "seed">; readonly format: "json" | "csv" | "texts" }
);
export type JobKind = Job["kind"];

export type Request =
  | { readonly kind: "open"; readonly models: readonly { readonly name: string; readonly bytes: Uint8Array }[]; readonly device: Device }
  | { readonly kind: "job"; readonly id: number; readonly job: Job }
  /** The reader wants the next piece. */
  | { readonly kind: "more"; readonly id: number }
  /** Nobody waits any more: the job ends before its next run through the model. */
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "close" };

export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "unfit"; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: "piece"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly code?: ErrorCode; readonly message: string; readonly field?: readonly string[]; readonly refusal?: Pick<Refusal, "status" | "code"> };
