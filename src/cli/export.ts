import { join } from "node:path";
import type { Command } from "commander";
import type { Bundle } from "../bundle/bundle.js";
import { exportFiles, requireExportable } from "../bundle/exported.js";
import { checkFolder, writeFolder } from "../bundle/node/exportFolder.js";
import { readBundle } from "../bundle/node/files.js";
import { openSession } from "../engine/node/session.js";
import { generationRounds } from "../inference/generate/generate.js";
import { openPredictor } from "../inference/predictor.js";
import { examples, jsonFlag } from "./flags.js";
import { print, printJson, tell } from "./terminal.js";
import { privacyWarning } from "./warnings.js";

export function addExport(program: Command): void {
  const command = program
    .command("export")
    .summary("a model as an ONNX graph for other programs: raw values in, raw values out")
    .description(
      "Write a folder with one ONNX graph that takes a person's values as they are (numbers, level indices, NaN for unknown) and\n" +
        "gives densities, level probabilities and the completed row; a description of its columns; and examples in Python and for\n" +
        "the browser. Standard operators only. Rules of the dictionary (applies_when, equals, less_than) and rounding are not in the graph.",
    )
    .argument("<model>", "model of vhgm train")
    .requiredOption("-o, --output <folder>", "a new or empty folder");
  examples(jsonFlag(command), "vhgm export cohort.vhgm -o cohort-onnx", `python cohort-onnx/example.py '{"age": 62, "sex": "F"}'`).action(exportModel);
}

async function exportModel(path: string, { output, json }: { readonly output: string; readonly json?: boolean }): Promise<void> {
  await checkFolder(output);
  const bundle = await readBundle(path);
  requireExportable(bundle);
  const files = exportFiles(bundle, await roundsOf(bundle));
  await writeFolder(output, files);
  const names = Object.keys(files).map((name) => join(output, name));
  const warning = privacyWarning(output, bundle);
  if (json) printJson({ files: names, ...(warning ? { warning } : {}) });
  else print(`${output}: ${Object.keys(files).join(", ")}; README.md says what goes in and what comes out.`);
  if (warning) tell(warning);
}

/** The rounds that people are drawn in, unless the model has more to draw them by than the graph. */
async function roundsOf({ model, schema }: Bundle): Promise<string[][] | undefined> {
  if (model.sampler) return undefined;
  const predictor = await openPredictor(model, openSession);
  return generationRounds(predictor, schema).finally(() => predictor.close());
}
