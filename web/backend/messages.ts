/** What the page and its worker say to each other; the worker answers each request by its id. */
import type { CompareQuestion, GenerateQuestion, ImputeQuestion, ModelFacts, NextQuestion, PredictQuestion } from "./backend.js";

export interface Questions {
  readonly open: { readonly bytes: Uint8Array; readonly name: string };
  readonly predict: PredictQuestion;
  readonly compare: CompareQuestion;
  readonly next: NextQuestion;
  readonly impute: ImputeQuestion;
  readonly generate: GenerateQuestion;
  readonly marginals: null;
}
export type QuestionKind = keyof Questions;

export type Request =
  | { readonly [K in QuestionKind]: { readonly id: number; readonly kind: K; readonly question: Questions[K] } }[QuestionKind]
  /** Nobody waits for the answer any more. */
  | { readonly id: number; readonly kind: "cancel" };

export type Reply =
  | { readonly id: number; readonly kind: "answer"; readonly value: unknown }
  | { readonly id: number; readonly kind: "rows"; readonly rows: number }
  | { readonly id: number; readonly kind: "failed"; readonly message: string; readonly field?: readonly string[] };

export type OpenedModel = Omit<ModelFacts, "downloadable">;
