import { Refusal } from "../api/problem.js";
import type { Job } from "./messages.js";
import { startThread, type Thread, type ThreadOptions } from "./thread.js";

export interface PoolOptions extends ThreadOptions {
  readonly workers: number;
  /** Jobs that may wait for a worker. */
  readonly queue: number;
  /** Called when a worker has ended although nobody asked it to. */
  onDeath?(message: string): void;
}

/** The answer to a job, piece by piece, in UTF-8. Whoever leaves the iteration early stops the job. */
export type Pieces = AsyncIterableIterator<Uint8Array>;

/**
 * Threads that hold the models. Each answers several short questions at a time, whose runs go through the model together, and
 * one long one (a table).
 */
export interface Pool {
  /**
   * Resolves with the first piece at hand: what fails before that rejects. A job whose worker dies before the first piece is
   * given to another worker, once.
   * @throws Refusal 503 if too many wait or if the worker died, VhgmError as the job itself, or the signal's reason
   */
  ask(job: Job, signal: AbortSignal): Promise<Pieces>;
  stats(): PoolStats;
  /** Gives up what is still asked, and ends the workers once the runs in progress are over. */
  close(): Promise<void>;
}

export interface PoolStats {
  /** Workers that have the models open. */
  readonly ready: number;
  readonly waiting: number;
  readonly running: number;
}

/** Short jobs that one worker has at a time. */
const mostShort = 16;
/** Times that a job is begun: it may be what kills the workers. */
const mostAttempts = 2;
/** Milliseconds before a worker that could not start is started again; doubled up to the second value. */
const restart = [100, 5000];

interface Task {
  readonly job: Job;
  readonly long: boolean;
  readonly signal: AbortSignal;
  attempts: number;
  begun: boolean;
  thread?: Thread;
  id?: number;
  resolve(pieces: Pieces): void;
  reject(cause: unknown): void;
  /** Pieces that nobody has read yet: at most one. */
  piece?: Uint8Array;
  end?: { readonly cause?: unknown };
  wake?(): void;
}

const shuttingDown = (): Refusal => new Refusal(503, "closing", "The server is shutting down.", { headers: { "retry-after": "5" } });
const isLong = ({ kind }: Job): boolean => kind === "imputeCsv" || kind === "imputeRows" || kind === "generate";

/** @throws VhgmError "device" or "bundle" if a worker can't open a model */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const { workers, queue, onDeath } = options;
  const waiting: Task[] = [];
  const tasks = new Set<Task>();
  const threads = new Set<Thread>();
  let closing = false;
  let delay = restart[0];
  let idle = (): void => undefined;

  async function start(): Promise<void> {
    const thread = startThread(options, { onPiece, onEnd, onDeath: (cause) => died(thread, cause) });
    threads.add(thread);
    await thread.opened;
    delay = restart[0];
    dispatch();
  }

  function died(thread: Thread, cause: string): void {
    if (!threads.delete(thread) || closing) return;
    onDeath?.(cause);
    for (const task of tasks) {
      if (task.thread !== thread) continue;
      if (task.signal.aborted) settle(task, { cause: task.signal.reason });
      else if (task.begun || task.attempts >= mostAttempts) {
        settle(task, { cause: new Refusal(503, "worker-died", "The worker that answered this request has ended; a new one starts. Ask again.", { headers: { "retry-after": "1" } }) });
      } else {
        task.thread = undefined;
        waiting.unshift(task);
      }
    }
    const wasReady = thread.ready;
    setTimeout(() => void (closing || start().catch(() => undefined)), wasReady ? 0 : delay);
    if (!wasReady) delay = Math.min(restart[1], 2 * delay);
    dispatch();
  }

  function dispatch(): void {
    for (let k = 0; k < waiting.length; ) {
      const task = waiting[k];
      const free = [...threads].filter((t) => t.ready && room(t, task.long)).sort((a, b) => load(a) - load(b));
      if (free.length === 0) {
        k++;
        continue;
      }
      waiting.splice(k, 1);
      task.attempts++;
      task.thread = free[0];
      task.id = free[0].begin(task.job, task);
    }
  }

  const of = (thread: Thread): Task[] => [...tasks].filter((task) => task.thread === thread);
  const load = (thread: Thread): number => of(thread).length;
  const room = (thread: Thread, long: boolean): boolean => of(thread).filter((task) => task.long === long).length < (long ? 1 : mostShort);

  function onPiece(owner: object, bytes: Uint8Array): void {
    const task = owner as Task;
    task.piece = bytes;
    if (!task.begun) {
      task.begun = true;
      task.resolve(pieces(task));
    }
    task.wake?.();
  }

  function onEnd(owner: object, cause?: unknown): void {
    settle(owner as Task, cause === undefined ? {} : { cause });
    dispatch();
  }

  function settle(task: Task, end: { cause?: unknown }): void {
    tasks.delete(task);
    task.thread = undefined;
    task.end = end;
    if (!task.begun) task.reject(end.cause);
    task.wake?.();
    if (tasks.size === 0) idle();
  }

  async function* pieces(task: Task): AsyncGenerator<Uint8Array, void, undefined> {
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

  function ask(job: Job, signal: AbortSignal): Promise<Pieces> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (closing) return reject(shuttingDown());
      const task: Task = { job, long: isLong(job), signal, attempts: 0, begun: false, resolve, reject };
      tasks.add(task);
      waiting.push(task);
      dispatch();
      if (waiting.includes(task) && waiting.length > queue) {
        waiting.splice(waiting.indexOf(task), 1);
        return settle(task, { cause: new Refusal(503, "busy", `${queue} requests wait already, which is the most that this server takes; ask again later.`, { headers: { "retry-after": "1" } }) });
      }
      signal.addEventListener("abort", () => {
        const place = waiting.indexOf(task);
        if (place >= 0) waiting.splice(place, 1);
        if (task.thread) {
          // The worker is busy with it until it says so.
          task.thread.cancel(task.id!);
          task.reject(signal.reason);
          task.wake?.();
        } else if (!task.end) settle(task, { cause: signal.reason });
      }, { once: true });
    });
  }

  try {
    await Promise.all(Array.from({ length: workers }, start));
  } catch (cause) {
    closing = true;
    await Promise.all([...threads].map((thread) => thread.close()));
    throw cause;
  }
  return {
    ask,
    stats: () => ({ ready: [...threads].filter((t) => t.ready).length, waiting: waiting.length, running: tasks.size - waiting.length }),
    async close() {
      closing = true;
      for (const task of waiting.splice(0)) settle(task, { cause: shuttingDown() });
      for (const task of tasks) {
        task.thread?.cancel(task.id!);
        task.reject(shuttingDown());
      }
      if (tasks.size > 0) await new Promise<void>((resolve) => (idle = resolve));
      await Promise.all([...threads].map((thread) => thread.close()));
    },
  };
}
