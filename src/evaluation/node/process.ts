import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

export interface Outcome {
  readonly ok: boolean;
  /** Wall time of all commands. */
  readonly seconds: number;
  /** Largest resident memory of one process, in MiB; null where the system does not tell (it is read from /proc). */
  readonly peakMemory: number | null;
  /** Why it failed; empty if it did not. */
  readonly reason: string;
}

export interface Limits {
  /** Processor time of one process; twice as much wall time is allowed. No limit if absent. */
  readonly seconds?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A person's command with paths in the places of {in} and {out}, quoted, to be run by the shell.
 * @param command holds {in} and {out}
 */
export function shellCommand(command: string, input: string, output: string): string[] {
  const quote = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
  return ["sh", "-c", command.replace(/\{in\}|\{out\}/g, (place) => quote(place === "{in}" ? input : output))];
}

/** Numerical libraries with several threads crawl when the machine has other work. */
export const rivalEnvironment = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };

/** Milliseconds between two looks at a process's memory; the system keeps the peak, so only the last moments can be missed. */
const lookEvery = 100;
/** How much of a command's messages is kept to tell why it failed. */
const keptMessage = 4000;

let running: number | undefined;

/** Ends the command that is running, with the processes that it started. */
export function stopRunning(): void {
  if (running === undefined) return;
  try {
    process.kill(-running, "SIGKILL");
  } catch {
    // It ended by itself a moment ago.
  }
}

/** Runs commands one after the other until one fails. */
export async function runCommands(commands: readonly (readonly string[])[], limits: Limits = {}): Promise<Outcome> {
  let seconds = 0;
  let peakMemory: number | null = null;
  for (const command of commands) {
    const done = await runCommand(command, limits);
    seconds += done.seconds;
    if (done.peakMemory !== null) peakMemory = Math.max(peakMemory ?? 0, done.peakMemory);
    if (!done.ok) return { ...done, seconds, peakMemory };
  }
  return { ok: true, seconds, peakMemory, reason: "" };
}

function runCommand(command: readonly string[], { seconds: limit, env }: Limits): Promise<Outcome> {
  // The soft limit sends SIGXCPU, which tells a time limit from a lack of memory; the hard one, which may not be below it, ends
  // what ignores it. A shell that stands under stricter limits already keeps those.
  const shell = (most: number): string[] => ["sh", "-c", `{ ulimit -S -t ${most} && ulimit -H -t ${most + 10}; } 2> /dev/null; exec "$@"`, "sh"];
  const limited = limit === undefined ? command : [...shell(limit), ...command];
  return new Promise((resolve) => {
    const start = performance.now();
    // Its own process group, so that it can be ended with everything that it started.
    const child = spawn(limited[0], limited.slice(1), {
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...env },
    });
    running = child.pid;
    let message = "";
    child.stderr.on("data", (piece: Buffer) => (message = (message + piece.toString("utf8")).slice(-keptMessage)));
    let peak = 0;
    const look = (): void => {
      if (child.pid !== undefined) peak = Math.max(peak, memoryOfTree(child.pid));
    };
    const looking = setInterval(look, lookEvery);
    let late = false;
    const ending = limit === undefined ? undefined : setTimeout(() => ((late = true), stopRunning()), 2000 * limit);
    const finish = (ok: boolean, reason: string): void => {
      clearInterval(looking);
      clearTimeout(ending);
      running = undefined;
      resolve({ ok, seconds: (performance.now() - start) / 1000, peakMemory: peak || null, reason });
    };
    child.on("error", (error) => finish(false, error.message));
    child.on("close", (code, signal) => {
      if (code === 0) return finish(true, "");
      // A shell in between turns the signal SIGXCPU, number 24, into the exit code 128 + 24.
      if (signal === "SIGXCPU" || code === 152) return finish(false, `over ${limit} s of processor time`);
      if (late) return finish(false, `over ${2 * limit!} s`);
      const last = message.trim().split("\n").at(-1);
      finish(false, last || (signal ? `ended by ${signal}` : `exit code ${code}`));
    });
  });
}

/** Peak resident memory in MiB of the process of a tree that took most; 0 where there is no /proc. */
function memoryOfTree(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    const tasks = readdirSync(`/proc/${pid}/task`).map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"));
    const children = tasks.flatMap((text) => text.split(" ").filter(Boolean));
    return Math.max(Number(kilobytes ?? 0) / 1024, ...children.map((child) => memoryOfTree(Number(child))));
  } catch {
    // It ended while it was looked at.
    return 0;
  }
}
