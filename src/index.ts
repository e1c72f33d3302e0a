/**
 * VHGM for programs: what the command line does, but for serving, as functions.
 *
 * @example Fill the holes of a table by a model of that table
 * ```ts
 * import { createImputer, createTableWriter, imputeTable, openPredictor, openSession, openTable, trainTable, trainingDefaults } from "vhgm";
 *
 * const table = await openTable("cohort.csv");
 * const bundle = await trainTable({ table, options: { ...trainingDefaults, memory: "rows" }, open: openSession });
 * const predictor = await openPredictor(bundle.model, openSession);
 * const imputer = createImputer(predictor, bundle.schema, table.columns, table.name);
 * const writer = await createTableWriter("completed.csv", imputer.columns);
 * await imputeTable({ imputer, table, writers: [writer] });
 * await predictor.close();
 * ```
 *
 * @example Ask a saved model about one person
 * ```ts
 * import { openPredictor, openSession, predict, readBundle } from "vhgm";
 *
 * const bundle = await readBundle("cohort.vhgm");
 * const predictor = await openPredictor(bundle.model, openSession);
 * const { answers } = await predict(predictor, bundle.schema, { age: 60, sex: "F" }, { ask: ["systolic"] });
 * ```
 *
 * @example Compare two ways of life of that person, and ask what to measure next
 * ```ts
 * import { compare, nextMeasurements } from "vhgm";
 *
 * const { attributes } = await compare(predictor, bundle.schema, { age: 60 }, [{ name: "never", given: { smoking: "never" } }, { name: "smokes", given: { smoking: "current" } }]);
 * const [best] = await nextMeasurements(predictor, bundle.schema, { age: 60 }, { targets: ["systolic"] });
 * ```
 *
 * @example Invent people
 * ```ts
 * import { createGenerator, createTableWriter, extendWithSampler, generateTable, openPredictor, openSession, openTable, trainTable, trainingDefaults } from "vhgm";
 *
 * const table = await openTable("cohort.csv");
 * const bundle = await trainTable({ table, options: trainingDefaults, open: openSession, extend: extendWithSampler(openSession) });
 * const predictor = await openPredictor(bundle.model, openSession);
 * const generator = await createGenerator(predictor, bundle.schema, { where: "age >= 60", seed: 1 });
 * await generateTable({ generator, rows: 1000, writer: await createTableWriter("people.csv", generator.columns) });
 * ```
 *
 * Every failure that a person can mend is a `VhgmError`, whose message is one sentence and whose `code` is for programs.
 */

// Errors and random numbers
export { VhgmError, isVhgmError, type ErrorCode } from "./base/errors.js";
export { createRng, type Rng } from "./base/random.js";

// Tables: text cells, streamed in batches
export { memoryTable, type Dialect, type Table, type TableWriter, type TextRow } from "./data/table.js";
export { joinTables, isJoined, type JoinedTable, type JoinOptions, type Source } from "./data/sources.js";
export { openTable, requireRows, type FileTable, type OpenOptions } from "./data/node/open.js";
export { openNhanes, type NhanesOptions } from "./data/node/nhanes/open.js";
export { createTableWriter, type WriterOptions } from "./data/node/write.js";
export { extendByVisits, withVisits } from "./data/visits.js";

// What an attribute is: guessed from a table, written and read as a data dictionary
export { inspectTable, type Inspection } from "./data/inspect.js";
export { inspectSources, type SourceInspection, type SourcesInspection } from "./data/inspectSources.js";
export { formatDictionary, parseDictionary } from "./schema/dictionary.js";
export type { AttributeNote, InferredSchema } from "./schema/infer.js";
export { attributeTypes, isNumeric, roles, schemaSchema, type Attribute, type AttributeType, type Conversion, type Role, type Schema } from "./schema/schema.js";

// To whom an attribute applies: the dictionary's rules, read, held against rows, and asked
export { formatCondition, parseCondition, type Condition } from "./schema/condition.js";
export { compileRules, whichApply, type Rule, type Rules } from "./schema/rules.js";
export { noValue, type Truth, type ValueOf } from "./schema/truth.js";
export { obeyRules, ruleReport, type RuleReport } from "./data/applicable.js";

// Where the network runs
export type { Device, Session, SessionFactory, SessionOptions } from "./engine/session.js";
export { openSession } from "./engine/node/session.js";
export { openWorkerSession } from "./engine/node/workerSession.js";

// Training: `trainTable` goes from a table to a bundle; `trainModel` from cells to a model
export { trainTable, type TrainTableHooks, type TrainTableInput } from "./training/node/trainTable.js";
export { trainModel, type TrainingResult } from "./training/train.js";
export type { TrainingHooks } from "./training/progress.js";
export type { Lanes } from "./training/lanes.js";
export { bestOptions, memoryModes, trainingDefaults, type MemoryMode, type TrainingOptions } from "./training/options.js";
export { parseTrainingConfig, type TrainingConfig } from "./training/config.js";
export { shiftWarning, type LatentActivity, type PatternGap, type ShiftReport } from "./training/signatures.js";
export { lossOnNewTable } from "./evaluation/shift.js";

// The saved model
export { packBundle, unpackBundle, type Bundle } from "./bundle/bundle.js";
export type { TrainingCard } from "./bundle/card.js";
export { readBundle, writeBundle } from "./bundle/node/files.js";
export { exportFiles } from "./bundle/exported.js";
export type { ExportedAttribute, ExportedSchema } from "./bundle/exportedSchema.js";
export { writeFolder } from "./bundle/node/exportFolder.js";
export { neverTogether, type NeverBlock, type NeverTogether } from "./bundle/neverTogether.js";

// Questions asked of a model
export { openPredictor, type Predictor } from "./inference/predictor.js";
export { predict, type Answer, type Given, type PredictOptions, type Prediction } from "./inference/predict.js";
export type { Applies } from "./inference/applies.js";
export { compare, type ComparedAttribute, type CompareOptions, type Comparison, type Contrast, type Scenario } from "./inference/compare.js";
export { nextMeasurements, type Measurement, type NextOptions } from "./inference/next.js";
export { parseGraph, type CausalGraph } from "./inference/intervene/graph.js";
export { intervene, type InterveneOptions, type Intervention } from "./inference/intervene/intervene.js";
export type { IntervenedAttribute } from "./inference/intervene/outcomes.js";
export type { Support, SupportStatus } from "./inference/support.js";
export { createImputer, type ImputeOptions, type Imputer } from "./inference/impute.js";
export type { ImputeReport } from "./inference/tally.js";
export { imputeTable, type ImputeTableHooks, type ImputeTableInput } from "./inference/imputeTable.js";

// Synthetic people
export { extendWithSampler } from "./inference/generate/learnSampler.js";
export { createGenerator, generationRounds, type GenerateOptions, type GenerateReport, type Generator } from "./inference/generate/generate.js";
export { generateTable, type GenerateTableHooks, type GenerateTableInput } from "./inference/generate/generateTable.js";
export { readPattern, type Pattern } from "./inference/generate/pattern.js";
export type { WhereReport } from "./inference/generate/conditioned.js";

// How well holes are filled: cells are hidden, methods fill them, what they filled is scored and compared
export { ampute, mechanisms, type AmputeOptions, type Mechanism } from "./evaluation/ampute.js";
export { baselineNames, createBaseline, type BaselineName } from "./evaluation/baselines/index.js";
export { evaluate, type EvaluateInput, type Evaluation } from "./evaluation/evaluation.js";
export type { GridHooks, GridSettings, GridStore, MaskResult, Method } from "./evaluation/grid.js";
export type { Completed, Imputer as CellImputer, ImputerHooks } from "./evaluation/imputer.js";
export { commandMethod } from "./evaluation/node/command.js";
export { createGridStore } from "./evaluation/node/store.js";
export { completeByModel, imputeByTraining } from "./evaluation/ownMethod.js";
export { evaluateTables, type TablesEvaluation } from "./evaluation/tables.js";
export { evaluateTransfer, splitPeople, type TransferEvaluation, type TransferInput } from "./evaluation/transfer.js";
export { renderReport } from "./evaluation/report/page.js";
export { renderComparison } from "./evaluation/report/comparison.js";
export { renderTables } from "./evaluation/report/tablesPage.js";
export { renderTransfer } from "./evaluation/report/transfer.js";
export { renderSynthetic } from "./evaluation/report/synthetic.js";
export { alignPeople, type ReadTable, type SyntheticPeople } from "./evaluation/synthetic/people.js";
export { evaluateSynthetic, type SyntheticEvaluation, type SyntheticInput } from "./evaluation/synthetic/synthetic.js";
export { prepareSubject, type Subject } from "./evaluation/subject.js";

// Regressions over completed tables, pooled by Rubin's rules
export { poolTables, type PoolOptions, type PoolResult } from "./evaluation/pool/pool.js";
export { poolFits, type Pooled } from "./evaluation/pool/rubin.js";

// Invented people with a known truth, for trying and testing
export { planCohort, simulateCohort, type Cohort, type CohortOptions, type CohortPlan } from "./cohort/simulate.js";
export { writeCohort } from "./cohort/node/write.js";

/** Version of this package. */
export { packageVersion as version } from "./training/node/versions.js";
