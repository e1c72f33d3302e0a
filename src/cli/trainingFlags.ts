import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Option, type Command } from "commander";
import { VhgmError } from "../base/errors.js";
import type { Device, SessionOptions } from "../engine/index.js";
import { parseDictionary } from "../schema/dictionary.js";
import type { Schema } from "../schema/schema.js";
import { parseTrainingConfig } from "../training/config.js";
import { defaultMaxRows } from "../training/node/readCells.js";
import type { TrainTableHooks } from "../training/node/trainTable.js";
import { bestOptions, memoryModes, trainingDefaults, type MemoryMode, type TrainingOptions } from "../training/options.js";
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
    .option("--config <file>", "training settings (YAML or JSON); options on the command line win")
    .option("--seed <number>", "seed of everything random; the same seed gives the same model (default: 1)", seed)
    .option("--best", "an ensemble of four transformers instead of one network; takes several times longer")
    .option("--members <number>", "members of the ensemble", whole(1, 100))
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

/** Settings of a training: defaults, then --best, then the configuration file, then options. */
export async function readTrainingOptions(flags: TrainingFlags): Promise<TrainingOptions> {
  const config = flags.config === undefined ? {} : parseTrainingConfig(await readText(flags.config), basename(flags.config));
  const given = { seed: flags.seed, memory: flags.memory, members: flags.members, network: flags.network, population: flags.population };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...trainingDefaults, ...(flags.best ? bestOptions : {}), ...config, ...said };
}

export const readSchema = async ({ schema }: Pick<TrainingFlags, "schema">): Promise<Schema | undefined> =>
  schema === undefined ? undefined : parseDictionary(await readText(schema), basename(schema));

export const sessionOptions = ({ device, threads }: Pick<TrainingFlags, "device" | "threads">): SessionOptions => ({ device, ...(threads === undefined ? {} : { threads }) });

/** Shows a training's progress. */
export function trainingHooks(progress: Progress, onNote: (note: string) => void): TrainTableHooks {
  let best: { loss: number; epoch: number } | undefined;
  let member = -1;
  let start = { time: 0, epoch: 0 };
  let onRows: ((rows: number) => void) | undefined;
  return {
    stopped,
    onNote,
    onPhase: (phase) => {
      onRows = undefined;
      progress.phase(phase);
      start = { time: Date.now(), epoch: -1 };
    },
    onRows: (rows) => (onRows ??= rowProgress(progress))(rows),
    onEpoch: (report) => {
      if (report.member !== member || start.epoch < 0) {
        if (report.member !== member) best = undefined;
        member = report.member;
        start.epoch = report.epoch - 1;
      }
      if (Number.isFinite(report.heldOutLoss) && !(best && best.loss <= report.heldOutLoss)) best = { loss: report.heldOutLoss, epoch: report.epoch };
      const rate = (1000 * report.rows * (report.epoch - start.epoch)) / Math.max(1, Date.now() - start.time);
      const score = best ? `, held-out NLL ${best.loss.toFixed(3)} at epoch ${best.epoch}` : "";
      progress.update(report.epoch, report.epochs, `epoch ${report.epoch} of ${report.epochs}, ${count(Math.round(rate))} rows a second, NLL ${report.trainLoss.toFixed(3)}${score}${report.kl === undefined ? "" : `, divergence ${report.kl.toFixed(2)} nats a person`}`, "at most");
    },
  };
}

/** @throws VhgmError "usage" if the file is absent or can't be read */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new VhgmError("usage", `There is no file "${path}".`, { cause });
    if (code === "EISDIR") throw new VhgmError("usage", `"${path}" is a folder; give a file.`, { cause });
    throw new VhgmError("usage", `"${path}" can't be read: ${code === "EACCES" ? "permission denied" : message}.`, { cause });
  }
}
