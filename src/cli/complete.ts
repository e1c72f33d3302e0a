import type { Command } from "commander";
import { checkOutput, writeBundle } from "../bundle/node/files.js";
import { outputFormat, refuseTableName } from "../data/node/format.js";
import { checkOutputColumns } from "../data/node/write.js";
import { isJoined } from "../data/sources.js";
import { openSession } from "../engine/node/session.js";
import { openWorkerSession } from "../engine/node/workerSession.js";
import { openPredictor } from "../inference/predictor.js";
import type { AttributeNote } from "../schema/infer.js";
import { firstToLookAt } from "../schema/worthALook.js";
import { trainTable } from "../training/node/trainTable.js";
import { examples, jsonFlag, quietFlag } from "./flags.js";
import { completeInto, imputeFlags, outputNames, reportSentences, requireFreeNames, requireKey, type ImputeFlags } from "./imputeFlags.js";
import { stoppable } from "./interrupt.js";
import { tableKinds } from "./openSource.js";
import { refuseOneName, refuseSameFile, withTables } from "./openTables.js";
import { createProgress } from "./progress.js";
import { heldOutSummary } from "./scores.js";
import { print, printJson, tell } from "./terminal.js";
import { lanesOf, readSchema, readTrainingOptions, sessionOptions, settingFiles, trainingFlags, trainingHooks, type TrainingFlags } from "./trainingFlags.js";
import { privacyWarning } from "./warnings.js";
import { openVisits, visitFlags, type VisitFlags } from "./visitFlags.js";

interface Flags extends TrainingFlags, ImputeFlags, VisitFlags {
  readonly saveModel?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addComplete(program: Command): void {
  const command = program
    .command("complete")
    .summary("fill the holes of one table in one go: train on it and impute it")
    .description(
      "Fill the holes of a table by a model of that table itself: the most accurate way for one's own data, since every\n" +
        "person can be compared with the others' very cells. Nothing but the completed table is kept, unless --save-model is given.\n" +
        "Several tables are completed as one: columns of the same name (or alias, or conversion in the dictionary) are one column,\n" +
        "rows of a person are one row where --key or the dictionary's role key names the person, and a column 'source' says which\n" +
        "tables a row comes from.",
    )
    .argument("<tables...>", `${tableKinds}; one or more`);
  visitFlags(trainingFlags(imputeFlags(command))).option("--save-model <file>", "keep the model; without -m it holds the cells of real people");
  jsonFlag(quietFlag(command));
  examples(command, "vhgm complete cohort.csv -o completed.csv", "vhgm complete cohort.csv -o completed.csv --best --intervals 0.9", "vhgm complete cohort.csv -o draws.csv -m 20", "vhgm complete visits.csv -o completed.csv --visits-by id --time day", "vhgm complete checkup.csv laboratory.csv -o completed.csv --key person_id", "vhgm complete nhanes:2017-2018:DEMO,BMX,BPX,TCHOL -o completed.csv").action(
    complete,
  );
}

async function complete(paths: readonly string[], flags: Flags): Promise<void> {
  const { output, m, saveModel, quiet, json } = flags;
  const asked = await readTrainingOptions(flags, m);
  const options = asked.bootstrap ? asked : { ...asked, memory: "rows" as const };
  const schema = await readSchema(flags);
  const files = outputNames(output, m);
  for (const file of saveModel === undefined ? files : [...files, saveModel]) {
    await refuseSameFile(file, ...paths, ...settingFiles(flags));
    await checkOutput(file);
  }
  if (saveModel !== undefined) {
    await refuseOneName(saveModel, ...files);
    refuseTableName(saveModel);
  }
  for (const file of files) outputFormat(file);
  const progress = createProgress({ quiet });
  const notes: string[] = [];
  const onNote = (note: string): void => {
    notes.push(note);
    progress.note(note);
  };
  const hooks = { ...trainingHooks(progress, onNote), onGuess: (found: readonly AttributeNote[]) => firstToLookAt(found, paths).forEach(onNote) };
  const session = sessionOptions(flags);
  const done = await withTables(paths, { schema, key: paths.length > 1 ? flags.key : undefined, progress, dataCache: flags.dataCache }, async (opened) => {
    requireKey(opened, flags.key);
    for (const file of files) checkOutputColumns(file, opened.columns);
    const { table, schema: known } = await openVisits(opened, schema, flags, hooks.onGuess);
    await requireFreeNames(table, known, flags);
    const bundle = await stoppable(() => trainTable({ table, schema: known, options, open: openSession, session, lanes: lanesOf(flags), maxRows: flags.maxRows }, hooks));
    const predictor = await openPredictor(bundle.model, openWorkerSession, { device: flags.device });
    try {
      const input = { predictor, schema: bundle.schema, table, rows: bundle.card.tableRows ?? bundle.card.rows, flags, seed: options.seed };
      const report = await stoppable(() => completeInto(files, input, progress));
      if (saveModel !== undefined) await writeBundle(saveModel, bundle);
      if (!isJoined(table)) for (const note of table.notes) onNote(note);
      return { bundle, report, name: table.name, notes };
    } finally {
      await predictor.close();
    }
  }).finally(() => progress.stop());
  const warning = saveModel === undefined ? undefined : privacyWarning(saveModel, done.bundle);
  if (json) printJson({ files, ...(saveModel === undefined ? {} : { model: saveModel }), notes: done.notes, ...(warning ? { warning } : {}), ...done.report, scores: done.bundle.card.scores });
  else print([...reportSentences(done.report, done.name, files), ...heldOutSummary(done.bundle)].join("\n"));
  if (warning) tell(warning);
}
