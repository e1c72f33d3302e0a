/** A job on its way through the pool: it waits, a thread works at it, its pieces come one by one, and it ends. */
import type { Job } from "./messages.js";
import type { Thread } from "./thread.js";

/** The answer to a job, piece by piece, in UTF-8. Whoever leaves the iteration early stops the job. */
export type Pieces = AsyncIterableIterator<Uint8Array>;

export interface Task {
  readonly job: Job;
  /** Whether it is about a table. */
  readonly long: boolean;
  readonly signal: AbortSignal;
  /** How often a thread has begun with it. */
  attempts: number;
  /** Whether a piece has come. */
  begun: boolean;
  /** Who works at it, and its number there. */
  thread?: Thread;
  id?: number;
  resolve(pieces: Pieces): void;
  reject(cause: unknown): void;
  /** Pieces that nobody has read yet: at most one. */
  piece?: Uint8Array;
  end?: End;
  wake?(): void;
}

/** How a task has ended: well, or with a cause. */
export interface End {
  readonly cause?: unknown;
}

const isLong = ({ kind }: Job): boolean => kind === "imputeCsv" || kind === "imputeRows" || kind === "generate";

/** @param answer told of the pieces once the first is there, or of what failed before */
export const openTask = (job: Job, signal: AbortSignal, answer: Pick<Task, "resolve" | "reject">): Task => ({ job, long: isLong(job), signal, attempts: 0, begun: false, ...answer });

export function beginTask(task: Task, thread: Thread): void {
  task.attempts++;
  task.thread = thread;
  task.id = thread.begin(task.job, task);
}

export function givePiece(task: Task, bytes: Uint8Array): void {
  task.piece = bytes;
  if (!task.begun) {
    task.begun = true;
    task.resolve(piecesOf(task));
  }
  task.wake?.();
}

export function endTask(task: Task, end: End): void {
  task.thread = undefined;
  task.end = end;
  if (!task.begun) task.reject(end.cause);
  task.wake?.();
}

/** Tells whoever asked that nothing more comes; the thread is busy with it until it says so. */
export function giveUp(task: Task, cause: unknown): void {
  task.thread?.cancel(task.id!);
  task.reject(cause);
  task.wake?.();
}

async function* piecesOf(task: Task): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (;;) {
      while (task.piece === undefined && task.end === undefined && !task.signal.aborted) await new Promise<void>((resolve) => (task.wake = resolve));
      if (task.piece !== undefined) {
        const piece = task.piece;
        task.piece = undefined;
        yield piece;
        task.thread?.more(task.id!);
      } else if (task.end) {
        if (task.end.cause !== undefined) throw task.end.cause;
        return;
      } else throw task.signal.reason;
    }
  } finally {
    task.thread?.cancel(task.id!);
  }
}
