import type { Command } from "commander";
import { readBundle } from "../bundle/node/files.js";
import type { Device } from "../engine/index.js";
import { openWorkerSession } from "../engine/node/workerSession.js";
import { openPredictor } from "../inference/predictor.js";
import { deviceFlag, examples, jsonFlag, quietFlag, seed } from "./flags.js";
import { completeInto, countRows, imputeFlags, outputNames, reportSentences, type ImputeFlags } from "./imputeFlags.js";
import { stoppable } from "./interrupt.js";
import { refuseSameFile, withTable } from "./openTables.js";
import { createProgress } from "./progress.js";
import { print, printJson } from "./terminal.js";
import { drawsNote } from "./warnings.js";
import { seenByVisits } from "./visitFlags.js";

interface Flags extends ImputeFlags {
  readonly seed: number;
  readonly device: Device;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addImpute(program: Command): void {
  const command = program
    .command("impute")
    .summary("fill the holes of a table, also of one that the model has never seen")
    .description(
      "Fill the holes of a table with a model. Cells with a value come back as they stand. Without -m each hole gets its\n" +
        "best single value; with -m K it gets K draws in K tables, whose differences carry the uncertainty.",
    )
    .argument("<model>", "model of vhgm train")
    .argument("<table>", "CSV, TSV, Parquet, JSON lines or SAS XPT");
  imputeFlags(command).option("--seed <number>", "seed of the draws", seed, 1);
  jsonFlag(quietFlag(deviceFlag(command)));
  examples(
    command,
    "vhgm impute cohort.vhgm new.csv -o completed.csv",
    "vhgm impute cohort.vhgm new.csv -o completed.csv --intervals 0.9 --why",
    "vhgm impute cohort.vhgm new.csv -o draws.csv -m 20 --key person_id",
  ).action(impute);
}

async function impute(model: string, path: string, flags: Flags): Promise<void> {
  const { output, m, device, quiet, json } = flags;
  const files = outputNames(output, m);
  for (const file of files) await refuseSameFile(file, model, path);
  const bundle = await readBundle(model);
  const progress = createProgress({ quiet });
  const { report, name, notes: told } = await withTable(path, async (opened) => {
    const table = seenByVisits(opened, bundle.schema);
    const predictor = await openPredictor(bundle.model, openWorkerSession, { device });
    try {
      const rows = await countRows(table, progress);
      const { schema } = bundle;
      const report = await stoppable(() => completeInto(files, { predictor, schema, table, rows, flags, seed: flags.seed }, progress));
      return { report, name: table.name, notes: table.notes };
    } finally {
      progress.stop();
      await predictor.close();
    }
  });
  const notes = [...told, ...drawsNote(m, bundle)];
  if (json) printJson({ files, notes, ...report });
  else print([...reportSentences(report, name, files), ...notes].join("\n"));
}
