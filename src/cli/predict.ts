import { text as readAll } from "node:stream/consumers";
import type { Command } from "commander";
import { z } from "zod";
import { VhgmError } from "../base/errors.js";
import { readBundle } from "../bundle/node/files.js";
import type { Device } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { predict as answer, type Given, type Prediction } from "../inference/predict.js";
import { openPredictor } from "../inference/predictor.js";
import { describeAnswer } from "./answers.js";
import { deviceFlag, examples, jsonFlag, level, names } from "./flags.js";
import { print, printJson } from "./terminal.js";
import { readText } from "./trainingFlags.js";

interface Flags {
  readonly given?: string;
  readonly ask?: string[];
  readonly level: number;
  readonly why?: boolean;
  readonly device: Device;
  readonly json?: boolean;
}

export function addPredict(program: Command): void {
  const command = program
    .command("predict")
    .summary("given some attributes of a person, how are the others distributed?")
    .description("Answer, for one person: given these attributes, how are those distributed? Nothing given is a valid question.")
    .argument("<model>", "model of vhgm train")
    .option("--given <json>", "what is known: a JSON object, @FILE with one, or - for standard input", "{}")
    .option("--ask <names>", "attributes to answer, separated by commas (default: all that are not given)", names)
    .option("--level <number>", "level of the intervals", level, 0.9)
    .option("--why", "what each answer rests on");
  jsonFlag(deviceFlag(command));
  examples(
    command,
    `vhgm predict cohort.vhgm --given '{"age": 60, "sex": "F"}' --ask systolic,glucose`,
    "vhgm predict cohort.vhgm --given @person.json --json",
    "vhgm predict cohort.vhgm",
  ).action(predict);
}

async function predict(model: string, { given, ask, level, why, device, json }: Flags): Promise<void> {
  const bundle = await readBundle(model);
  const person = await readGiven(given ?? "{}");
  const predictor = await openPredictor(bundle.model, openSession, { device });
  try {
    const prediction = await answer(predictor, bundle.schema, person, { ask, level, why });
    if (json) printJson(prediction);
    else print(describe(prediction));
  } finally {
    await predictor.close();
  }
}

const givenSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** @throws VhgmError "usage" for text that is no JSON object of plain values */
async function readGiven(source: string): Promise<Given> {
  const text = source === "-" ? await readAll(process.stdin) : source.startsWith("@") ? await readText(source.slice(1)) : source;
  const where = source === "-" ? "standard input" : source.startsWith("@") ? source.slice(1) : "--given";
  const shape = `a JSON object such as {"age": 60, "sex": "F"}`;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new VhgmError("usage", `${where} is not JSON (${(cause as Error).message}); it takes ${shape}.`, { cause });
  }
  const result = givenSchema.safeParse(raw);
  if (result.success) return result.data;
  const name = result.error.issues[0].path[0];
  throw new VhgmError("usage", name === undefined ? `${where} holds ${JSON.stringify(raw)}; it takes ${shape}.` : `${where} gives '${String(name)}' neither a number nor a text; it takes ${shape}.`);
}

const describe = ({ answers, notes }: Prediction): string =>
  [...answers.map(describeAnswer), ...(notes.length > 0 ? [notes.map((note) => `Note: ${note}`).join("\n")] : [])].join("\n\n");
