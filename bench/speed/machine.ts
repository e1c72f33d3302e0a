import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { createRequire } from "node:module";

/** What a measurement has to be told with. */
export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly threads: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Processes that were running or waiting to, over the minute before. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Commit of the program; null outside a checkout. */
  readonly commit: string | null;
}

export function machine(threads: number): Machine {
  const require = createRequire(import.meta.url);
  const { version } = require("onnxruntime-node/package.json") as { version: string };
  return {
    date: new Date().toISOString(),
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    threads,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    load: Math.round(100 * loadavg()[0]) / 100,
    versions: { node: process.version, "onnxruntime-node": version },
    commit: commit(),
  };
}

function commit(): string | null {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: import.meta.dirname, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}
