import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { Option, type Command } from "commander";
import { VhgmError } from "../base/errors.js";
import type { Device, SessionOptions } from "../engine/index.js";
import { openWorkerSession } from "../engine/node/workerSession.js";
import { parseDictionary } from "../schema/dictionary.js";
import type { Schema } from "../schema/schema.js";
import { parseTrainingConfig } from "../training/config.js";
import type { Lanes } from "../training/lanes.js";
import { treeThreads } from "../training/node/treeThreads.js";
import { defaultMaxRows } from "../training/node/readCells.js";
import type { TrainTableHooks } from "../training/node/trainTable.js";
import { bestOptions, memoryModes, properMembers, trainingDefaults, type MemoryMode, type TrainingOptions } from "../training/options.js";
import { deviceFlag, oneOf, seed, whole } from "./flags.js";
import { stopped } from "./interrupt.js";
import { dataCacheFlag } from "./openSource.js";
import type { Progress } from "./progress.js";
import { rowProgress } from "./progress.js";
import { count } from "./text.js";

/** Options that every command that trains takes. */
export interface TrainingFlags {
  readonly schema?: string;
  readonly config?: string;
  readonly seed?: number;
  readonly memory?: MemoryMode;
  readonly best?: boolean;
  readonly members?: number;
  readonly bootstrap?: boolean;
  readonly network?: TrainingOptions["network"];
  readonly population?: string;
  readonly device: Device;
  readonly threads?: number;
  readonly maxRows?: number;
  readonly dataCache?: string;
}

export function trainingFlags(command: Command): Command {
  command
    .option("--schema <file>", "data dictionary (YAML or JSON), as vhgm inspect writes it; guessed from the table if absent")
    .option("--config <file>", "training settings (YAML or JSON), listed in docs/settings.md; options on the command line win")
    .option("--seed <number>", "seed of everything random; the same seed gives the same model (default: 1)", seed)
    .option("--best", "an ensemble of four networks instead of one; takes two to four times as long")
    .option("--members <number>", "members of the ensemble", whole(1, 100))
    .option("--bootstrap", `each member learns from its own bootstrap of the people, as draws that regressions are pooled over need; ${properMembers} members and no memory if none are named`)
    .option("--network <kind>", "auto, mlp, transformer or set (the last for wide tables)", oneOf(["auto", "mlp", "transformer", "set"] as const));
  deviceFlag(dataCacheFlag(command));
  command.option("--max-rows <number>", `rows held in memory; of a longer table so many are drawn by the seed, from each source, and learned from (default: ${count(defaultMaxRows)})`, whole(2, 1_000_000_000));
  return command.option("--threads <number>", "threads of the calculation (default: all cores)", whole(1, 1024));
}

export const memoryFlag = (): Option =>
  new Option(
    "--memory <mode>",
    "what the model keeps of the people it learned from: none; prototypes, averages of at least 20 people (the default); " +
      "rows, the cells of real people, which is most accurate and makes the model as confidential as the table",
  ).argParser(oneOf(memoryModes));

/**
 * Settings of a training: defaults, then --best, then the configuration file, then options.
 * @param draws completed tables that are drawn; several draws without word of the members come from a bootstrapped ensemble. Such an ensemble keeps
 *   nothing of people unless told to: row memory, prototypes and trees flatten the slopes that are pooled over its draws (docs/decisions.md)
 */
export async function readTrainingOptions(flags: TrainingFlags, draws = 0): Promise<TrainingOptions> {
  const config = flags.config === undefined ? {} : parseTrainingConfig(await readText(flags.config), basename(flags.config));
  const given = { seed: flags.seed, memory: flags.memory, members: flags.members, network: flags.network, population: flags.population };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const usual = { ...trainingDefaults, ...(flags.best ? bestOptions : {}) };
  const bootstrap = flags.bootstrap ?? (draws > 1 && config.bootstrap !== false);
  const proper = bootstrap ? { bootstrap, memory: "none" as const, ...(flags.best ? {} : { members: Math.min(properMembers, draws || properMembers) }) } : {};
  const options = { ...usual, ...proper, ...config, ...said };
  // Draws of one network alone differ no more by a bootstrap; it would only learn from fewer people.
  return options.members === 1 && !flags.bootstrap ? { ...usual, ...config, ...said, bootstrap: false } : options;
}

/** Files of a person's that no output may replace. */
export const settingFiles = ({ schema, config }: Pick<TrainingFlags, "schema" | "config">): string[] => [schema, config].filter((file) => file !== undefined);

export const readSchema = async ({ schema }: Pick<TrainingFlags, "schema">): Promise<Schema | undefined> =>
  schema === undefined ? undefined : parseDictionary(await readText(schema), basename(schema));

export const sessionOptions = ({ device, threads }: Pick<TrainingFlags, "device" | "threads">): SessionOptions => ({ device, ...(threads === undefined ? {} : { threads }) });

/** Members of an ensemble are trained side by side by threads of their own. */
export const lanesOf = ({ device, threads = availableParallelism() }: Pick<TrainingFlags, "device" | "threads">): Lanes | undefined =>
  device === "cpu" ? { threads, open: openWorkerSession, growers: treeThreads(threads) } : undefined;

/** Shows a training's progress. */
export function trainingHooks(progress: Progress, onNote: (note: string) => void): TrainTableHooks {
  const best = new Map<number, { loss: number; epoch: number }>();
  /** Of members that take turns: how far each has come. */
  const latest = new Map<number, { epoch: number; epochs: number }>();
  let start = { time: 0, done: -1 };
  let onRows: ((rows: number) => void) | undefined;
  return {
    stopped,
    onNote,
    onPhase: (phase) => {
      onRows = undefined;
      progress.phase(phase);
    },
    onRows: (rows) => (onRows ??= rowProgress(progress))(rows),
    onTrees: (done, total) => progress.update(done, total, `trees of ${count(done)} of ${count(total)} attributes`),
    onEpoch: ({ member, members, together, epoch, epochs, rows, heldOutLoss, trainLoss, kl }) => {
      if (together === 1 && !latest.has(member)) {
        latest.clear();
        start.done = -1;
      }
      latest.set(member, { epoch, epochs });
      const done = [...latest.values()].reduce((sum, { epoch }) => sum + epoch, 0);
      const total = [...latest.values()].reduce((sum, { epochs }) => sum + epochs, 0) + (together === 1 ? 0 : (members - latest.size) * epochs);
      if (start.done < 0) start = { time: Date.now(), done };
      const known = best.get(member);
      if (Number.isFinite(heldOutLoss) && !(known && known.loss <= heldOutLoss)) best.set(member, { loss: heldOutLoss, epoch });
      const rate = (1000 * rows * (done - start.done)) / Math.max(1, Date.now() - start.time);
      const speed = done > start.done ? `, ${count(Math.round(rate))} rows a second` : "";
      const found = best.get(member);
      const score = found ? `, held-out NLL ${found.loss.toFixed(3)} at epoch ${found.epoch}` : "";
      const divergence = kl === undefined ? "" : `, divergence ${kl.toFixed(2)} nats a person`;
      progress.update(done, total, `${together === 1 ? "" : `network ${member + 1}, `}epoch ${epoch} of ${epochs}${speed}, NLL ${trainLoss.toFixed(3)}${score}${divergence}`, "at most");
    },
  };
}

/** A file's text, without the byte order mark that Windows programs begin it with. @throws VhgmError "usage" if the file is absent or can't be read */
export async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replace(/^\ufeff/, "");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new VhgmError("usage", `There is no file "${path}".`, { cause });
    if (code === "EISDIR") throw new VhgmError("usage", `"${path}" is a folder; give a file.`, { cause });
    throw new VhgmError("usage", `"${path}" can't be read: ${code === "EACCES" ? "permission denied" : message}.`, { cause });
  }
}
