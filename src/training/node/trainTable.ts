import { createHash } from "node:crypto";
import { VhgmError } from "../../base/errors.js";
import type { Bundle } from "../../bundle/bundle.js";
import type { TrainingCard } from "../../bundle/card.js";
import { obeyRules, violationNotes } from "../../data/applicable.js";
import { derivedNotes, derivedReport, lessNotes, lessReport } from "../../data/agreement.js";
import { beyondNotes, createBeyond } from "../../data/beyond.js";
import { matchColumns, type Cells } from "../../data/cells.js";
import { inspectTable } from "../../data/inspect.js";
import { inspectSources } from "../../data/inspectSources.js";
import { fitLayout } from "../../data/layout.js";
import { fitMarginals } from "../../data/marginals.js";
import { isJoined } from "../../data/sources.js";
import type { Table } from "../../data/table.js";
import { countTogether } from "../../data/together.js";
import type { SessionFactory, SessionOptions } from "../../engine/index.js";
import { compileModel, type PredictModel } from "../../model/trained.js";
import type { AttributeNote } from "../../schema/infer.js";
import { compileDerived } from "../../schema/derived.js";
import { compileLess } from "../../schema/less.js";
import { compileRules } from "../../schema/rules.js";
import { withWholeCounts } from "../../schema/resolution.js";
import type { Schema } from "../../schema/schema.js";
import type { Lanes } from "../lanes.js";
import { checkOptions } from "../config.js";
import { resolveOptions, type ResolvedOptions, type TrainingOptions } from "../options.js";
import type { TrainingHooks, TrainingProgress } from "../progress.js";
import { trainModel, type TrainingResult } from "../train.js";
import { describeSources, populationOf } from "../sources.js";
import { isCheckpoint, openCheckpoint, type Fingerprint } from "./checkpoint.js";
import { readCells, rowCounter } from "./readCells.js";
import { packageVersion, runtimeVersions } from "./versions.js";

export interface TrainTableInput {
  /** One table, or several as `joinTables` makes one of them. */
  readonly table: Table;
  /** The data dictionary; guessed from the table if absent. */
  readonly schema?: Schema;
  readonly options: TrainingOptions;
  readonly open: SessionFactory;
  readonly session?: SessionOptions;
  /** Where members of an ensemble are trained side by side. */
  readonly lanes?: Lanes;
  /** Rows that are held in memory at most (`defaultMaxRows`): of a longer table a sample is learned from. */
  readonly maxRows?: number;
  /** Where progress is kept, and whether to go on from it. */
  readonly checkpoint?: { readonly path: string; readonly resume: boolean };
  /** Learns from the same cells what a higher layer wants kept in the bundle, such as what people are invented by. */
  readonly extend?: (model: PredictModel, schema: Schema, cells: Cells, seed: number) => Promise<Partial<PredictModel>>;
  /** Keeps the finished bundle, for instance in a file. The checkpoint goes only after that. */
  readonly save?: (bundle: Bundle) => Promise<void>;
}

export interface TrainTableHooks extends Pick<TrainingHooks, "onPhase" | "onEpoch" | "onTrees" | "stopped"> {
  onRows?(rows: number): void;
  /** What a person should know, one sentence each. */
  onNote?(note: string): void;
  /** What was found of the columns where the dictionary is guessed, before the training begins. */
  onGuess?(notes: readonly AttributeNote[]): void;
}

/**
 * Learns a model from a table, from the reading to the bundle with its card. The checkpoint file, if one is asked for,
 * goes when the bundle is saved and stays when the training is stopped or fails.
 * @throws VhgmError "data" for a table that can't be read or learned from, "usage" for options out of their range, a dictionary or a checkpoint of
 *   another table, "cancelled" when stopped
 */
export async function trainTable(input: TrainTableInput, hooks: TrainTableHooks = {}): Promise<Bundle> {
  const { table, options, session = {} } = input;
  checkOptions(options);
  if (input.checkpoint && !input.checkpoint.resume && (await isCheckpoint(input.checkpoint.path))) {
    hooks.onNote?.(`There is a checkpoint "${input.checkpoint.path}" of an earlier training, which this one starts anew and will replace; stop it now and add --resume to go on from there.`);
  }
  const { schema, notes } = await dictionaryOf(input, hooks);
  const rules = compileRules(schema);
  const { cells: read, tableRows } = await readCells(table, schema, { maxRows: input.maxRows, seed: options.seed }, hooks);
  const { cells, reports } = obeyRules(read, rules);
  for (const note of violationNotes(reports)) hooks.onNote?.(note);
  for (const note of derivedNotes(derivedReport(cells, compileDerived(schema)))) hooks.onNote?.(note);
  for (const note of lessNotes(lessReport(cells, compileLess(schema)))) hooks.onNote?.(note);
  const beyond = createBeyond();
  beyond.add(cells);
  for (const note of beyondNotes(beyond.report())) hooks.onNote?.(note);
  const { columns, features } = fitLayout(cells);
  const settled = { ...resolveOptions(options, { columns: columns.length, features, sources: cells.sources?.length }), population: populationOf(cells, options) };
  if (options.network !== "auto" && settled.network !== options.network) {
    hooks.onNote?.(`The ${columns.length} attributes of ${table.name} are too many for the ${options.network}; the network is an ${settled.network} instead.`);
  }
  const fingerprint = fingerprintOf(cells, schema, options, session);
  const checkpoint = input.checkpoint && openCheckpoint(input.checkpoint.path, fingerprint, input.checkpoint.resume);
  const open: SessionFactory = (model, own) => input.open(model, { ...session, ...own });
  const checkpoints = checkpoint && {
    save: checkpoint.save,
    load: async (): Promise<TrainingProgress | null> => {
      const saved = await checkpoint.load();
      if (input.checkpoint?.resume) hooks.onNote?.(resumeNote(input.checkpoint.path, saved));
      return saved;
    },
  };
  let result: TrainingResult;
  try {
    result = await trainModel(cells, options, open, { ...hooks, checkpoints }, input.lanes);
  } catch (cause) {
    const kept = await checkpoint?.flush();
    if (kept && cause instanceof VhgmError && cause.code === "cancelled") {
      throw new VhgmError("cancelled", `The training was stopped; its progress is in "${input.checkpoint!.path}", and the same command with --resume goes on from there.`, { cause });
    }
    throw cause;
  }
  for (const warning of result.warnings) hooks.onNote?.(warning);
  const card = { ...trainingCard(table, schema, notes, settled, result, cells), ...(tableRows > cells.rows ? { tableRows } : {}) };
  const together = countTogether(result.model.layout.columns.map(({ source }) => cells.values[source]));
  const model: PredictModel = { ...compileModel(result.model), together };
  if (input.extend) hooks.onPhase?.("people");
  const bundle: Bundle = { schema, card, model: { ...model, ...(await input.extend?.(model, schema, cells, options.seed)) } };
  await input.save?.(bundle);
  await checkpoint?.remove();
  return bundle;
}

function resumeNote(path: string, saved: TrainingProgress | null): string {
  if (!saved) return `There is no checkpoint "${path}", so the training starts anew.`;
  const ended = saved.members.filter((member) => member && "done" in member).length;
  const underWay = saved.members.flatMap((member, k) => (member && "state" in member ? [`network ${k + 1} after epoch ${member.state.epoch}`] : []));
  return `Going on from "${path}": ${[`${ended === 1 ? "1 network" : `${ended} networks`} complete`, ...underWay].join(", ")}.`;
}

async function dictionaryOf({ table, schema }: TrainTableInput, hooks: TrainTableHooks): Promise<{ schema: Schema; notes: readonly AttributeNote[] }> {
  const joined = isJoined(table) ? table : null;
  const key = joined && joined.key;
  if (!schema) {
    hooks.onPhase?.("reading");
    const found = await (joined ? inspectSources(joined.sources, rowCounter(hooks)) : inspectTable(table, rowCounter(hooks)));
    hooks.onGuess?.(found.notes.filter(({ name }) => name !== key));
    return { schema: withKey(found.schema, key), notes: found.notes };
  }
  const matched = matchColumns(schema, table.columns, table.name);
  const absent = matched.filter(({ at }) => at < 0).map(({ attribute }) => attribute.name);
  if (absent.length === matched.length) {
    throw new VhgmError("usage", `No column of ${table.name} is an attribute of the dictionary; the table has ${listed(table.columns)}.`);
  }
  if (absent.length > 0) hooks.onNote?.(`Attributes of the dictionary that ${table.name} lacks, so that nothing is learned of them: ${listed(absent)}.`);
  const foreign = notInDictionary(table, schema);
  if (foreign.length > 0) hooks.onNote?.(`Columns of ${table.name} that the dictionary does not have, so that nothing is learned of them: ${listed(foreign)}.`);
  return { schema: withWholeCounts(withKey(schema, key)), notes: [] };
}

/** The column by which rows were joined, if they were, names people; it is no attribute of theirs. */
const withKey = (schema: Schema, key: string | null): Schema => ({
  ...schema,
  attributes: schema.attributes.map((attribute) => (attribute.name === key ? { ...attribute, role: "key" as const } : attribute)),
});

function notInDictionary(table: Table, schema: Schema): string[] {
  const known = new Set(schema.attributes.flatMap(({ name, aliases = [], conversions = [] }) => [name, ...aliases, ...conversions.map(({ column }) => column)]));
  return table.columns.filter((name) => !known.has(name) && !(isJoined(table) && name === table.sourceColumn));
}

const listed = (names: readonly string[]): string => `${names.slice(0, 8).join(", ")}${names.length > 8 ? `, and ${names.length - 8} more` : ""}`;

/** Everything that a training's result depends on. */
function fingerprintOf(cells: Cells, schema: Schema, options: TrainingOptions, { device = "cpu", threads }: SessionOptions): Fingerprint {
  const content = createHash("sha256").update(String(cells.rows));
  const { weight, source, origins = [], sources = [] } = cells;
  for (const { buffer, byteOffset, byteLength } of [...cells.values, ...(weight ? [weight] : []), ...(source ? [source] : [])]) {
    content.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  if (sources.length > 0) content.update(JSON.stringify([origins, sources.map(({ name, measures }) => [name, [...measures]])]));
  return {
    table: content.digest("hex"),
    dictionary: createHash("sha256").update(JSON.stringify(schema)).digest("hex"),
    "choice of settings": JSON.stringify(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))),
    device,
    "number of threads": String(threads ?? "all"),
    "version of vhgm": packageVersion,
  };
}

function trainingCard(table: Table, schema: Schema, notes: readonly AttributeNote[], options: ResolvedOptions, result: TrainingResult, cells: Cells): TrainingCard {
  const { layout, memory } = result.model;
  const reasonOf = new Map(notes.map(({ name, reason }) => [name, reason]));
  const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);
  return {
    vhgm: packageVersion,
    versions: runtimeVersions(),
    tables: isJoined(table) ? table.sources.map((source) => source.table.name) : [table.name],
    ...(cells.sources ? { sources: describeSources(cells, layout, options.sourceWeight), population: options.population } : {}),
    rows: result.rows,
    attributes: layout.columns.length,
    observedCells: result.observedCells,
    setAside: [
      ...schema.attributes
        .filter(({ role }) => role !== "attribute")
        .map(({ name, role }) => ({ name, reason: reasonOf.get(name) ?? `role ${role} in the dictionary` })),
      ...layout.empty.map((name) => ({ name, reason: "no cell with a value" })),
      ...notInDictionary(table, schema).map((name) => ({ name, reason: "not in the dictionary" })),
    ],
    options: { ...options },
    memory: memory === null ? "none" : options.memory,
    epochs: [...result.epochs],
    scores: result.scores.map(({ name, cells, error, baseline, nll }) => ({ name, cells, error: finite(error), baseline: finite(baseline), nll: finite(nll) })),
    reliability: result.reliability,
    marginals: fitMarginals(cells),
    ...(result.latent ? { latent: result.latent } : {}),
    masks: [...result.masks],
    warnings: [...result.warnings],
  };
}
