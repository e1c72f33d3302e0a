import type { SessionFactory } from "../engine/index.js";
import type { GrowerFactory } from "../model/trees/grower.js";
import type { Beside } from "./trainer.js";

/** Room for members of an ensemble that are trained side by side. */
export interface Lanes {
  /** Threads in all; so many members at a time at most, and what is left is shared out. */
  readonly threads: number;
  /** Sessions that do not hold up the calling thread. */
  readonly open: SessionFactory;
  /** What grows trees; the calling thread if not said. */
  readonly growers?: readonly GrowerFactory[];
}

/**
 * Does the jobs 0 to count - 1, so many at a time, begun in the order of their numbers. After a failure none is begun; those
 * under way are told, and the failure is thrown once they have ended.
 */
export async function inLanes(count: number, lanes: number, job: (k: number, failed: () => boolean) => Promise<void>): Promise<void> {
  let next = 0;
  let failure: { readonly cause: unknown } | undefined;
  const lane = async (): Promise<void> => {
    while (next < count && !failure) {
      try {
        await job(next++, () => failure !== undefined);
      } catch (cause) {
        failure ??= { cause };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, lane));
  if (failure) throw failure.cause;
}

/** Half of the threads for a session beside a member that is trained alone. */
export function roomBeside(lanes: Lanes | undefined): Beside | null {
  if (!lanes || lanes.threads < 2) return null;
  const threads = Math.floor(lanes.threads / 2);
  return { open: (graph) => lanes.open(graph, { threads }), own: { threads } };
}
