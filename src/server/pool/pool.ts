import { Refusal } from "../api/problem.js";
import type { Job } from "./messages.js";
import { beginTask, endTask, givePiece, giveUp, openTask, type End, type Pieces, type Task } from "./task.js";
import { startThread, type Thread, type ThreadOptions } from "./thread.js";

export interface PoolOptions extends ThreadOptions {
  readonly workers: number;
  /** Jobs that may wait for a worker. */
  readonly queue: number;
  /** Called when a worker has ended although nobody asked it to. */
  onDeath?(message: string): void;
}

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

const shuttingDown = (): Refusal => new Refusal(503, "closing", "The server is shutting down.", { headers: { "retry-after": "5" } });
const tooMany = (queue: number): Refusal => new Refusal(503, "busy", `${queue} requests wait already, which is the most that this server takes; ask again later.`, { headers: { "retry-after": "1" } });
const workerDied = (): Refusal => new Refusal(503, "worker-died", "The worker that answered this request has ended; a new one starts. Ask again.", { headers: { "retry-after": "1" } });

/** @throws VhgmError "device" or "bundle" if a worker can't open a model */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const { workers, queue, onDeath } = options;
  /** Tasks that have not ended; those that no thread works at yet stand in the queue too. */
  const tasks = new Set<Task>();
  const waiting: Task[] = [];
  const threads = new Set<Thread>();
  let closing = false;
  let delay = restart[0];
  let idle = (): void => undefined;

  async function start(): Promise<void> {
    const thread = startThread(options, {
      onPiece: (task, bytes) => givePiece(task as Task, bytes),
      onEnd(task, cause) {
        settle(task as Task, cause === undefined ? {} : { cause });
        dispatch();
      },
      onDeath: (cause) => died(thread, cause),
    });
    threads.add(thread);
    await thread.opened;
    delay = restart[0];
    dispatch();
  }

  function died(thread: Thread, cause: string): void {
    if (!threads.delete(thread) || closing) return;
    onDeath?.(cause);
    tasksOf(thread).forEach(rescue);
    const wasReady = thread.ready;
    setTimeout(() => void (closing || start().catch(() => undefined)), wasReady ? 0 : delay);
    if (!wasReady) delay = Math.min(restart[1], 2 * delay);
    dispatch();
  }

  /** A task whose thread has died is asked again before all others; it ends if nobody waits for it, pieces of it are out, or it was begun often enough. */
  function rescue(task: Task): void {
    if (task.signal.aborted) settle(task, { cause: task.signal.reason });
    else if (task.begun || task.attempts >= mostAttempts) settle(task, { cause: workerDied() });
    else {
      task.thread = undefined;
      waiting.unshift(task);
    }
  }

  const tasksOf = (thread: Thread): Task[] => [...tasks].filter((task) => task.thread === thread);
  const hasRoom = (thread: Thread, long: boolean): boolean => tasksOf(thread).filter((task) => task.long === long).length < (long ? 1 : mostShort);

  /** Gives what waits to the threads that have room, each task to the one with least to do. */
  function dispatch(): void {
    for (const task of [...waiting]) {
      const free = [...threads].filter((thread) => thread.ready && hasRoom(thread, task.long));
      if (free.length === 0) continue;
      free.sort((a, b) => tasksOf(a).length - tasksOf(b).length);
      leaveQueue(task);
      beginTask(task, free[0]);
    }
  }

  function leaveQueue(task: Task): void {
    const place = waiting.indexOf(task);
    if (place >= 0) waiting.splice(place, 1);
  }

  function settle(task: Task, end: End): void {
    tasks.delete(task);
    endTask(task, end);
    if (tasks.size === 0) idle();
  }

  function ask(job: Job, signal: AbortSignal): Promise<Pieces> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (closing) return reject(shuttingDown());
      const task = openTask(job, signal, { resolve, reject });
      tasks.add(task);
      waiting.push(task);
      dispatch();
      if (waiting.includes(task) && waiting.length > queue) {
        leaveQueue(task);
        return settle(task, { cause: tooMany(queue) });
      }
      signal.addEventListener("abort", () => withdraw(task), { once: true });
    });
  }

  /** For a task whose signal is aborted. */
  function withdraw(task: Task): void {
    leaveQueue(task);
    if (task.thread) giveUp(task, task.signal.reason);
    else if (!task.end) settle(task, { cause: task.signal.reason });
  }

  async function close(): Promise<void> {
    closing = true;
    for (const task of waiting.splice(0)) settle(task, { cause: shuttingDown() });
    for (const task of tasks) giveUp(task, shuttingDown());
    if (tasks.size > 0) await new Promise<void>((resolve) => (idle = resolve));
    await closeThreads();
  }

  async function closeThreads(): Promise<void> {
    await Promise.all([...threads].map((thread) => thread.close()));
  }

  try {
    await Promise.all(Array.from({ length: workers }, start));
  } catch (cause) {
    closing = true;
    await closeThreads();
    throw cause;
  }
  return {
    ask,
    close,
    stats: () => ({ ready: [...threads].filter((thread) => thread.ready).length, waiting: waiting.length, running: tasks.size - waiting.length }),
  };
}
