import type { EpochReport, MemberState } from "./member.js";

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
