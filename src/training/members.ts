/** The networks of a model: trained side by side, each then asked about the cells that it held out. */
import { VhgmError } from "../base/errors.js";
import type { Cells } from "../data/cells.js";
import { pickRows, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { Parameters, SessionFactory } from "../engine/index.js";
import type { NumberGrids } from "../model/grids.js";
import type { HeldOut } from "../model/heldOutCells.js";
import type { NetworkConfig } from "../model/network.js";
import { meanOfDraws } from "../model/paths.js";
import { maskedTable, type Fold } from "./folds.js";
import { openHeldOut, type HeldOutPredictor } from "./heldout.js";
import { inLanes, roomBeside, type Lanes } from "./lanes.js";
import { askWithLess, openLessSeen, type LessSeen } from "./lessSeen.js";
import type { MemberMaps } from "./linearFit.js";
import { trainMember } from "./member.js";
import { memoryOf } from "./memoryRows.js";
import type { ResolvedOptions } from "./options.js";
import { cellLosses, comparePatterns } from "./patterns.js";
import type { TrainedMember, TrainingHooks, TrainingProgress } from "./progress.js";
import { gatesOf } from "./shownGates.js";
import { latentActivity, type LatentActivity, type PatternGap } from "./signatures.js";
import type { RowRoles } from "./sources.js";

/** What the steps of a training share. */
export interface Setting {
  readonly cells: Cells;
  readonly layout: Layout;
  readonly grids: NumberGrids;
  /** The cells as features. */
  readonly table: Encoded;
  readonly options: ResolvedOptions;
  readonly config: NetworkConfig;
  readonly params: Parameters;
  /** By member: the cells that it learns from, and those that it holds out. */
  readonly folds: readonly Fold[];
  readonly roles: RowRoles;
  /** Rows whose held-out cells weigh the paths and shape the densities. */
  readonly scored: Int32Array;
  readonly open: SessionFactory;
  /** Where members are trained side by side; without it one after the other. */
  readonly lanes?: Lanes;
  readonly hooks: TrainingHooks;
}

/** What came of the members, and what each says of the cells that it held out. */
export interface LearnedMembers {
  readonly finished: readonly TrainedMember[];
  readonly heldOut: HeldOut[];
  readonly lessSeen: LessSeen[];
  /** How much the first member's latent says; null without one. */
  readonly latent: LatentActivity | null;
  /** Its losses under masks of other kinds than it was trained with. */
  readonly masks: PatternGap[];
}

export const stopped = (): VhgmError => new VhgmError("cancelled", "The training was stopped; nothing was written.");

/**
 * Trains the members, and asks each about its held-out cells before it learns them.
 * @param linear their linear maps
 * @param weights (rows) what each row counts for in a member's loss
 * @param saved progress of a training that was cut off
 * @throws VhgmError code 'cancelled' when stopped, 'data' when a loss is no longer a number
 */
export async function learnMembers(setting: Setting, linear: readonly MemberMaps[], weights: readonly (Float64Array | null)[], saved: TrainingProgress | null): Promise<LearnedMembers> {
  const { cells, table, layout, options, config, params, folds, roles, open, lanes, hooks } = setting;
  const progress: TrainingProgress["members"][number][] = folds.map((_, k) => saved?.members[k] ?? null);
  const finished: TrainedMember[] = [];
  const heldOut: HeldOut[] = [];
  const lessSeen = openLessSeen(table);
  const gates = gatesOf(cells, layout);
  let first: Signs = { latent: null, masks: [] };
  const together = Math.min(lanes?.threads ?? 1, options.members);
  /** Tells of a member's phase; where several take turns, of all at once. */
  const onPhase = (alone: string, among = alone): void => (together > 1 ? hooks.onPhase?.(`${options.members} networks, ${together} at a time`) : hooks.onPhase?.(options.members > 1 ? among : alone));
  await inLanes(options.members, together, async (k, failed) => {
    const fold = folds[k];
    const map = linear[k].fold.map;
    const trainTable = maskedTable(table, fold.train, layout);
    const memory = memoryOf(setting, trainTable, linear[k].fold.filled);
    const isStopped = (): boolean => failed() || hooks.stopped?.() === true;
    const before = progress[k];
    if (before && "done" in before) finished[k] = before.done;
    else {
      onPhase("network", `network ${k + 1} of ${options.members}`);
      const own: SessionFactory = lanes && together > 1 ? (graph) => lanes.open(graph, { threads: Math.floor(lanes.threads / together) }) : open;
      finished[k] = await trainMember(
        { layout, config, params, table: trainTable, full: table, fold, linear: map, prototypes: options.memory === "prototypes" ? memory : null, rows: { ...roles, weight: weights[k] }, member: k, options, open: own, beside: together === 1 ? roomBeside(lanes) : null },
        {
          onEpoch: (report) => hooks.onEpoch?.({ ...report, member: k, members: options.members, together }),
          stopped: isStopped,
          checkpoint: (state) => {
            progress[k] = { state };
            return hooks.checkpoints?.save({ members: [...progress] });
          },
        },
        before?.state,
      );
      if (isStopped()) throw stopped();
      progress[k] = { done: finished[k] };
      await hooks.checkpoints?.save({ members: [...progress] });
    }
    onPhase("held-out cells");
    const predictor = await openHeldOut({ ...setting, member: { theta: finished[k].theta, linear: map }, memory });
    try {
      const asked = await askHeldOut(predictor, setting, fold, k === 0);
      heldOut[k] = asked.heldOut;
      await askWithLess(lessSeen, predictor, { fold, columns: layout.columns.length, gates, seed: options.seed, member: k });
      if (k === 0) first = { latent: asked.latent, masks: await comparePatterns(predictor, { layout, table, fold, roles, mask: options.mask, seed: options.seed }) };
    } finally {
      await predictor.close();
    }
  });
  return { finished, heldOut, lessSeen, ...first };
}

type Signs = Pick<LearnedMembers, "latent" | "masks">;

/** What a member says of its held-out cells in the scored rows; of the latent too, if wanted and there is one. */
async function askHeldOut(predictor: HeldOutPredictor, { table, layout, scored }: Setting, fold: Fold, withLatent: boolean): Promise<{ heldOut: HeldOut; latent: LatentActivity | null }> {
  /** The scored rows of an array with so many values a row. */
  const picked = <T extends Float32Array | Uint8Array>(of: T, width: number): T => (scored.length === table.rows ? of : pickRows(of, width, scored));
  const p = layout.columns.length;
  const [train, held] = [picked(fold.train, p), picked(fold.held, p)];
  const { draws, latent } = await predictor.predict(scored, train);
  const paths = meanOfDraws(draws);
  const losses = (predicted: Float32Array): Float64Array => cellLosses(layout, predicted, picked(table.features, layout.features), held);
  return {
    heldOut: { paths, draws, held },
    latent: withLatent && latent ? latentActivity(latent, train.reduce((a, b) => a + b, 0), { own: losses(paths.net), prior: losses(latent.prior) }) : null,
  };
}
