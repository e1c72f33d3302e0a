import { VhgmError } from "../base/errors.js";
import type { Cells } from "../data/cells.js";
import { encodeCells, pickRows } from "../data/encode.js";
import { fitLayout, type Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { calibrate, calibrateColumns, pathWeights, type ColumnScore } from "../model/calibration.js";
import { joinLevels } from "../model/columnCalibration.js";
import type { HeldOut } from "../model/heldOutCells.js";
import { fitGrids } from "../model/grids.js";
import { declareNetwork } from "../model/network.js";
import { meanOfDraws } from "../model/paths.js";
import type { MemberPaths } from "../model/predictive.js";
import { sourceRule, sourcesOfRows } from "../model/likelySource.js";
import { isSparse } from "../model/sparseLinear.js";
import type { Reliability } from "../model/reliability.js";
import type { TrainedModel } from "../model/trained.js";
import type { Forest } from "../model/trees/forest.js";
import { treesFor } from "../model/trees/growForest.js";
import { makeFold, maskedTable } from "./folds.js";
import { openHeldOut } from "./heldout.js";
import { trainMember, type EpochReport, type MemberState } from "./member.js";
import { cellLosses, comparePatterns } from "./patterns.js";
import { askWithLess, openLessSeen } from "./lessSeen.js";
import { gatesOf } from "./shownGates.js";
import { inLanes, roomBeside, type Lanes } from "./lanes.js";
import { resolveOptions, type TrainingOptions } from "./options.js";
import { bootstrapWeights } from "./bootstrap.js";
import { fitLinearPaths } from "./linearFit.js";
import { memoryOf, memoryPeople } from "./memoryRows.js";
import { networkConfig } from "./networkShape.js";
import { evenlySpaced, pickCells } from "./rows.js";
import { collapseWarning, latentActivity, patternWarning, poorAttributesWarning, type LatentActivity, type PatternGap } from "./signatures.js";
import { rowRoles, rowWeights } from "./sources.js";
import { fitTrees, treeRows } from "./treeFit.js";

/** A trained model, and what a training card tells about how it came to be. */
export interface TrainingResult {
  readonly model: TrainedModel;
  readonly scores: readonly ColumnScore[];
  /** How densities agree with held-out cells, by type. */
  readonly reliability: readonly Reliability[];
  readonly rows: number;
  readonly observedCells: number;
  /** Epoch whose weights each member kept. */
  readonly epochs: readonly number[];
  /** How much the first member's latent says; null without one. */
  readonly latent: LatentActivity | null;
  /** Its losses under masks of other kinds than it was trained with. */
  readonly masks: readonly PatternGap[];
  /** What failed, in sentences (signatures.ts). */
  readonly warnings: readonly string[];
}

export interface TrainingHooks {
  onPhase?(phase: string): void;
  /** `together`: members that take turns. */
  onEpoch?(report: EpochReport & { readonly member: number; readonly members: number; readonly together: number }): void;
  /** So many columns have their trees. */
  onTrees?(done: number, total: number): void;
  stopped?(): boolean;
  /** Saved progress: `save` is called at each epoch's end, `load` once at the start. */
  readonly checkpoints?: TrainingCheckpoints;
}

/** A member that has ended: its weights, and the epoch that they are of. */
export interface TrainedMember {
  readonly theta: Float32Array;
  readonly epoch: number;
}

/** Progress of a training that was cut off, by member: what it gave, or the state that it goes on from; null for one that has not begun. */
export interface TrainingProgress {
  readonly members: readonly ({ readonly done: TrainedMember } | { readonly state: MemberState } | null)[];
}

export interface TrainingCheckpoints {
  load(): Promise<TrainingProgress | null>;
  save(progress: TrainingProgress): Promise<void>;
}

/** Most rows whose held-out cells weigh the paths and shape the densities: what is predicted of them is held in memory, 4 bytes for each cell of every grid. */
const scoredRows = 50_000;

/**
 * Learns a model from one table.
 * @param lanes where members are trained side by side; without it one after the other
 * @throws VhgmError code 'data' when there is nothing to learn from, 'cancelled' when stopped
 */
export async function trainModel(cells: Cells, given: TrainingOptions, open: SessionFactory, hooks: TrainingHooks = {}, lanes?: Lanes): Promise<TrainingResult> {
  const layout = fitLayout(cells);
  requireLearnable(cells, layout);
  const options = resolveOptions(given, { columns: layout.columns.length, features: layout.features, sources: cells.sources?.length });
  const grids = fitGrids(cells, layout);
  const table = encodeCells(cells, layout);
  const rule = isSparse(layout) ? null : sourceRule(cells, layout);
  const config = networkConfig(options, cells.rows, layout);
  const params = declareNetwork(layout, config);
  const p = layout.columns.length;
  const saved = await hooks.checkpoints?.load();
  const rows = rowRoles(cells, table, layout, options);
  const scored = evenlySpaced(table.rows, scoredRows);
  const all = scored.length === table.rows;
  /** The scored rows of an array with so many values a row. */
  const picked = <T extends Float32Array | Uint8Array>(of: T, width: number): T => (all ? of : pickRows(of, width, scored));
  let heldOut: HeldOut[] = [];
  let lessSeen = openLessSeen(table);
  const gates = gatesOf(cells, layout);
  let latent: LatentActivity | null = null;
  let masks: PatternGap[] = [];
  const folds = Array.from({ length: options.members }, (_, k) => makeFold(table, p, options.seed, k, options.heldOut));

  hooks.onPhase?.("linear path");
  /** What people count for in a member's training: the same in all, unless each learns from a bootstrap of them. */
  const weightsOf = (base: Float64Array | null): (Float64Array | null)[] => folds.map((_, k) => (options.bootstrap ? bootstrapWeights(cells.rows, base, options.seed, k) : base));
  const linear = await fitLinearPaths(
    table,
    layout,
    folds,
    {
      forDraws: options.bootstrap,
      severalSources: (cells.sources?.length ?? 1) > 1,
      weights: weightsOf(cells.weight ? rowWeights(cells, 1) : null),
      sources: rule && { rule, of: (chosen) => sourcesOfRows(cells, chosen) },
      keepFilled: config.memory !== null,
    },
    open,
  );
  const lossWeights = weightsOf(rows.weight);
  const progress: TrainingProgress["members"][number][] = folds.map((_, k) => saved?.members[k] ?? null);
  const finished: TrainedMember[] = [];
  const together = Math.min(lanes?.threads ?? 1, options.members);
  /** Tells of a member's phase; where several take turns, of all at once. */
  const onPhase = (alone: string, among = alone): void => (together > 1 ? hooks.onPhase?.(`${options.members} networks, ${together} at a time`) : hooks.onPhase?.(options.members > 1 ? among : alone));
  await inLanes(options.members, together, async (k, failed) => {
    const fold = folds[k];
    const trainTable = maskedTable(table, fold.train, layout);
    const memory = memoryOf(options, config, cells, trainTable, layout, grids, linear[k].fold.filled);
    const stopped = (): boolean => failed() || hooks.stopped?.() === true;
    const before = progress[k];
    if (before && "done" in before) finished[k] = before.done;
    else {
      onPhase("network", `network ${k + 1} of ${options.members}`);
      const own: SessionFactory = together > 1 ? (graph) => lanes!.open(graph, { threads: Math.floor(lanes!.threads / together) }) : open;
      finished[k] = await trainMember(
        { layout, config, params, table: trainTable, full: table, fold, linear: linear[k].fold.map, prototypes: options.memory === "prototypes" ? memory : null, rows: { ...rows, weight: lossWeights[k] }, member: k, options, open: own, beside: together === 1 ? roomBeside(lanes) : null },
        {
          onEpoch: (report) => hooks.onEpoch?.({ ...report, member: k, members: options.members, together }),
          stopped,
          checkpoint: (state) => {
            progress[k] = { state };
            return hooks.checkpoints?.save({ members: [...progress] });
          },
        },
        before?.state,
      );
      if (stopped()) throw new VhgmError("cancelled", "The training was stopped; nothing was written.");
      progress[k] = { done: finished[k] };
      await hooks.checkpoints?.save({ members: [...progress] });
    }
    onPhase("held-out cells");
    const member = { theta: finished[k].theta, linear: linear[k].fold.map };
    const predictor = await openHeldOut({ layout, config, params, member, memory, grids, table, open });
    try {
      const run = await predictor.predict(scored, picked(fold.train, p));
      const paths = meanOfDraws(run.draws);
      const held = picked(fold.held, p);
      heldOut[k] = { paths, draws: run.draws, held };
      await askWithLess(lessSeen, predictor, { fold, columns: p, gates, seed: options.seed, member: k });
      if (k > 0) return;
      const losses = (predicted: Float32Array): Float64Array => cellLosses(layout, predicted, picked(table.features, layout.features), held);
      latent = run.latent && latentActivity(run.latent, picked(fold.train, p).reduce((a, b) => a + b, 0), { own: losses(paths.net), prior: losses(run.latent.prior) });
      masks = await comparePatterns(predictor, { layout, table, fold, roles: rows, mask: options.mask, seed: options.seed });
    } finally {
      await predictor.close();
    }
  });
  const scoredCells = all ? cells : pickCells(cells, scored);
  const members = finished.map(({ theta }, k) => ({ theta, linear: linear[k].all.map }));
  const memory = memoryOf(options, config, cells, table, layout, grids, linear[0].all.filled);
  let forest: Forest | null = null;
  const trees = options.memory === "rows" && options.paths.includes("trees") && config.residual.kind !== "set" ? treesFor(layout, Math.min(table.rows, treeRows), options.trees) : 0;
  if (trees > 0) {
    hooks.onPhase?.("trees");
    ({ forest, heldOut, lessSeen } = await fitTrees({
      weights: { layout, columns: pathWeights(layout, scoredCells, heldOut, options).map((weights) => ({ weights })) },
      table, folds, scored, heldOut, lessSeen, trees, seed: options.seed, growers: lanes?.growers,
      async predict(chosen, observed) {
        const predicted: MemberPaths[] = [];
        for (const member of members) {
          const predictor = await openHeldOut({ layout, config, params, member, memory, grids, table, open });
          try {
            const { draws } = await predictor.predict(chosen, observed);
            predicted.push(...draws.map(({ linear, memory, net }) => ({ linear, memory, net })));
          } finally {
            await predictor.close();
          }
        }
        return predicted;
      },
      async onColumn(done, total) {
        hooks.onTrees?.(done, total);
        await new Promise((resolve) => setTimeout(resolve));
        if (hooks.stopped?.()) throw new VhgmError("cancelled", "The training was stopped; nothing was written.");
      },
    }));
  }
  hooks.onPhase?.("calibration");
  const { columns: full, scores, reliability } = calibrate(layout, grids, scoredCells, heldOut, options);
  const asked = lessSeen.filter(({ heldOut }) => heldOut.some(({ held }) => held.includes(1)));
  const calibrations = joinLevels(full, asked.map((level) => calibrateColumns(layout, grids, pickCells(cells, level.rows), level.heldOut, options)));
  return {
    model: { layout, config, grids, ...calibrations, members, memory, forest, peoplePerMemoryRow: memory && options.memory === "prototypes" ? Math.min(cells.rows, memoryPeople) / memory.rows : 1, ...(memory?.sources ? { memorySources: cells.sources!.map(({ name }) => name) } : {}) },
    scores,
    reliability,
    rows: cells.rows,
    observedCells: table.observed.reduce((a, b) => a + b, 0),
    epochs: finished.map((f) => f.epoch),
    latent,
    masks,
    warnings: [
      latent && collapseWarning(latent),
      poorAttributesWarning(scores, (name) => layout.columns.find((c) => c.attribute.name === name)!.attribute.type),
      patternWarning(masks),
    ].filter((warning) => typeof warning === "string"),
  };
}

function requireLearnable(cells: Cells, layout: Layout): void {
  if (cells.rows < 2) throw new VhgmError("data", `The table has ${cells.rows === 1 ? "one row" : "no rows"}; training needs at least 2 rows.`);
  if (layout.columns.length === 0) {
    throw new VhgmError("data", "No column of the table can be learned from: each is empty, or set aside in the dictionary as id, text, weight or ignore.");
  }
}
