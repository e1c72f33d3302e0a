import type { Command } from "commander";
import { readBundle } from "../bundle/node/files.js";
import type { Device } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { withPopulation } from "../inference/population.js";
import { predict as answer, type Prediction } from "../inference/predict.js";
import { nextMeasurements, type Measurement } from "../inference/next.js";
import { openPredictor } from "../inference/predictor.js";
import { describeAnswer } from "./answers.js";
import { readNames, texts } from "./attributeNames.js";
import { readGiven } from "./given.js";
import { deviceFlag, examples, jsonFlag, level } from "./flags.js";
import { print, printJson } from "./terminal.js";
import { bar, layTable, listed, percent, screenWidth } from "./text.js";

interface Flags {
  readonly given?: string;
  readonly ask?: string[];
  readonly level: number;
  readonly why?: boolean;
  readonly next?: string[];
  readonly strict?: boolean;
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
    .option("--ask <names>", "attributes to answer, separated by commas (default: all that are not given)", texts)
    .option("--level <number>", "level of the intervals", level, 0.9)
    .option("--why", "what each answer rests on")
    .option("--next <names>", "instead of answers: which measurement would tell most about these attributes?", texts)
    .option("--strict", "withhold answers that assume that attributes never seen together are independent");
  jsonFlag(deviceFlag(command));
  examples(
    command,
    `vhgm predict cohort.vhgm --given '{"age": 60, "sex": "F"}' --ask systolic,glucose`,
    "vhgm predict cohort.vhgm --given @person.json --json",
    `vhgm predict cohort.vhgm --given '{"age": 60}' --next glucose,systolic`,
    "vhgm predict cohort.vhgm",
  ).action(predict);
}

async function predict(model: string, { given, level, why, strict, device, json, ...flags }: Flags): Promise<void> {
  const bundle = await readBundle(model);
  const ask = flags.ask && readNames(flags.ask, bundle.schema, "--ask");
  const next = flags.next && readNames(flags.next, bundle.schema, "--next");
  const person = await readGiven(given ?? "{}");
  const predictor = await openPredictor(bundle.model, openSession, { device });
  try {
    if (next) return showNext(await nextMeasurements(predictor, bundle.schema, person, { targets: next, candidates: ask }), next, json);
    const prediction = withPopulation(await answer(predictor, bundle.schema, person, { ask, level, why, strict }), bundle, person);
    if (json) printJson(prediction);
    else print(describe(prediction));
  } finally {
    await predictor.close();
  }
}

function showNext(measurements: readonly Measurement[], targets: readonly string[], json: boolean | undefined): void {
  if (json) return printJson({ targets, measurements });
  const rows = measurements.map(({ name, label, unit, gain }) => [`${label ? `${label} (${name})` : name}${unit ? `, ${unit}` : ""}`, percent(gain), bar(gain, 24)]);
  print(`Measured next, this would take away so much of what is uncertain about ${listed(targets)}, on average:\n${layTable([{ title: "attribute", most: 50 }, { title: "share", align: "right" }, { title: "" }], rows, screenWidth())}`);
}

const describe = ({ answers, notes }: Prediction): string =>
  [...answers.map(describeAnswer), ...(notes.length > 0 ? [notes.map((note) => `Note: ${note}`).join("\n")] : [])].join("\n\n");
