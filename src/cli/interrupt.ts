import { abortAll } from "../data/node/atomic.js";
import { tell } from "./terminal.js";

const exitCodes: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

let received: string | undefined;
let watchers = 0;
const sleepers: (() => void)[] = [];

/** True once the person asked to stop, by Ctrl-C for instance. For hooks of long work; see `stoppable`. */
export const stopped = (): boolean => received !== undefined;

/** Resolves once the person asks to stop, within `stoppable`: for programs that have no end of their own. */
export const untilStopped = (): Promise<void> => new Promise((resolve) => (stopped() ? resolve() : void sleepers.push(resolve)));

/** Exit code of a program that was asked to stop. */
export const stopCode = (): number => exitCodes[received ?? "SIGINT"];

/**
 * Runs work that looks at `stopped` now and then: the first signal lets it end by itself. Elsewhere, and at the second
 * signal, the program ends at once; unfinished outputs are removed either way.
 */
export async function stoppable<T>(work: () => Promise<T>): Promise<T> {
  watchers++;
  try {
    return await work();
  } finally {
    watchers--;
  }
}

export function handleSignals(): void {
  for (const signal of Object.keys(exitCodes) as NodeJS.Signals[]) {
    process.on(signal, () => {
      if (received !== undefined || watchers === 0) {
        abortAll();
        process.exit(exitCodes[signal]);
      }
      received = signal;
      tell("\nStopping at the next safe point; once more ends at once.");
      for (const wake of sleepers.splice(0)) wake();
    });
  }
}
