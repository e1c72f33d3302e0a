import { VhgmError } from "../base/errors.js";
import type { Cells } from "../data/cells.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout, type Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { calibrate, calibrateColumns, pathWeights, type ColumnScore } from "../model/calibration.js";
import { joinLevels } from "../model/columnCalibration.js";
import { fitGrids } from "../model/grids.js";
import { declareNetwork } from "../model/network.js";
import type { MemberWeights, MemoryRows } from "../model/paths.js";
import type { MemberPaths } from "../model/predictive.js";
import { sourceRule, sourcesOfRows } from "../model/likelySource.js";
import { isSparse } from "../model/sparseLinear.js";
import type { Reliability } from "../model/reliability.js";
import type { TrainedModel } from "../model/trained.js";
import type { Forest } from "../model/trees/forest.js";
import { treesFor } from "../model/trees/growForest.js";
import { makeFold } from "./folds.js";
import { openHeldOut } from "./heldout.js";
import { learnMembers, stopped, type LearnedMembers, type Setting } from "./members.js";
import type { Lanes } from "./lanes.js";
import { resolveOptions, type TrainingOptions } from "./options.js";
import { bootstrapWeights } from "./bootstrap.js";
import { fitLinearPaths } from "./linearFit.js";
import { memoryOf, memoryPeople } from "./memoryRows.js";
import { networkConfig } from "./networkShape.js";
import type { TrainingHooks } from "./progress.js";
import { evenlySpaced, pickCells } from "./rows.js";
import { collapseWarning, patternWarning, poorAttributesWarning, type LatentActivity, type PatternGap } from "./signatures.js";
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
  const config = networkConfig(options, cells, layout);
  const saved = (await hooks.checkpoints?.load()) ?? null;
  const roles = rowRoles(cells, table, layout, options);
  const scored = evenlySpaced(table.rows, scoredRows);
  const folds = Array.from({ length: options.members }, (_, k) => makeFold(table, layout.columns.length, options.seed, k, options.heldOut));
  const setting: Setting = { cells, layout, grids, table, options, config, params: declareNetwork(layout, config), folds, roles, scored, open, lanes, hooks };

  hooks.onPhase?.("linear path");
  /** What people count for in a member's training: the same in all, unless each learns from a bootstrap of them. */
  const weightsOf = (base: Float64Array | null): (Float64Array | null)[] => folds.map((_, k) => (options.bootstrap ? bootstrapWeights(cells.rows, base, options.seed, k) : base));
  const rule = isSparse(layout) ? null : sourceRule(cells, layout);
  const linear = await fitLinearPaths(
    table,
    layout,
    folds,
    {
      forDraws: options.bootstrap,
      severalSources: (cells.sources?.length ?? 1) > 1,
      rounds: config.linearRounds,
      weights: weightsOf(cells.weight ? rowWeights(cells, 1) : null),
      sources: rule && { rule, of: (chosen) => sourcesOfRows(cells, chosen) },
      keepFilled: config.memory !== null,
    },
    open,
  );
  const learned = await learnMembers(setting, linear, weightsOf(roles.weight), saved);
  const scoredCells = scored.length === table.rows ? cells : pickCells(cells, scored);
  const members = learned.finished.map(({ theta }, k) => ({ theta, linear: linear[k].all.map }));
  const memory = memoryOf(setting, table, linear[0].all.filled);
  const { forest, heldOut, lessSeen } = await learnTrees(setting, learned, scoredCells, members, memory);
  hooks.onPhase?.("calibration");
  const { columns: full, scores, reliability } = calibrate(layout, grids, scoredCells, heldOut, options);
  const asked = lessSeen.filter((level) => level.heldOut.some(({ held }) => held.includes(1)));
  const calibrations = joinLevels(full, asked.map((level) => calibrateColumns(layout, grids, pickCells(cells, level.rows), level.heldOut, options)));
  const { latent, masks } = learned;
  return {
    model: { layout, config, grids, ...calibrations, members, memory, forest, peoplePerMemoryRow: memory && options.memory === "prototypes" ? Math.min(cells.rows, memoryPeople) / memory.rows : 1, ...(memory?.sources ? { memorySources: cells.sources!.map(({ name }) => name) } : {}) },
    scores,
    reliability,
    rows: cells.rows,
    observedCells: table.observed.reduce((a, b) => a + b, 0),
    epochs: learned.finished.map((f) => f.epoch),
    latent,
    masks,
    warnings: [
      latent && collapseWarning(latent),
      poorAttributesWarning(scores, (name) => layout.columns.find((c) => c.attribute.name === name)!.attribute.type),
      patternWarning(masks),
    ].filter((warning) => typeof warning === "string"),
  };
}

/** Trees on top of the finished members, where people's cells may be kept; without them what was learned stays as it is. */
async function learnTrees(setting: Setting, { heldOut, lessSeen }: LearnedMembers, scoredCells: Cells, members: readonly MemberWeights[], memory: MemoryRows | null): Promise<Pick<LearnedMembers, "heldOut" | "lessSeen"> & { forest: Forest | null }> {
  const { layout, table, options, config, folds, scored, lanes, hooks } = setting;
  const trees = options.memory === "rows" && options.paths.includes("trees") && config.residual.kind !== "set" ? treesFor(layout, Math.min(table.rows, treeRows), options.trees) : 0;
  if (trees === 0) return { forest: null, heldOut, lessSeen };
  hooks.onPhase?.("trees");
  return fitTrees({
    weights: { layout, columns: pathWeights(layout, scoredCells, heldOut, options).map((weights) => ({ weights })) },
    table, folds, scored, heldOut, lessSeen, trees, seed: options.seed, growers: lanes?.growers,
    async predict(chosen, observed) {
      const predicted: MemberPaths[] = [];
      for (const member of members) {
        const predictor = await openHeldOut({ ...setting, member, memory });
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
      if (hooks.stopped?.()) throw stopped();
    },
  });
}

function requireLearnable(cells: Cells, layout: Layout): void {
  if (cells.rows < 2) throw new VhgmError("data", `The table has ${cells.rows === 1 ? "one row" : "no rows"}; training needs at least 2 rows.`);
  if (layout.columns.length === 0) {
    throw new VhgmError("data", "No column of the table can be learned from: each is empty, or set aside in the dictionary as id, text, weight or ignore.");
  }
}
