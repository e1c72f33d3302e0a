import type { Command } from "commander";
import type { Bundle } from "../bundle/bundle.js";
import { checkOutput, writeBundle } from "../bundle/node/files.js";
import { refuseTableName } from "../data/node/format.js";
import { isJoined } from "../data/sources.js";
import { openSession } from "../engine/node/session.js";
import { extendWithSampler } from "../inference/generate/learnSampler.js";
import type { AttributeNote } from "../schema/infer.js";
import { firstToLookAt } from "../schema/worthALook.js";
import { refuseForeignFile } from "../training/node/checkpoint.js";
import { trainTable } from "../training/node/trainTable.js";
import { examples, jsonFlag, quietFlag } from "./flags.js";
import { requireKey } from "./imputeFlags.js";
import { stoppable } from "./interrupt.js";
import { tableKinds } from "./openSource.js";
import { refuseOneName, refuseSameFile, withTables } from "./openTables.js";
import { createProgress } from "./progress.js";
import { heldOutSummary, rowsLearned } from "./scores.js";
import { print, printJson, tell } from "./terminal.js";
import { counted, duration } from "./text.js";
import { lanesOf, memoryFlag, readSchema, readTrainingOptions, sessionOptions, settingFiles, trainingFlags, trainingHooks, type TrainingFlags } from "./trainingFlags.js";
import { privacyWarning } from "./warnings.js";
import { openVisits, visitFlags, type VisitFlags } from "./visitFlags.js";

interface Flags extends TrainingFlags, VisitFlags {
  readonly output: string;
  readonly resume?: boolean;
  readonly checkpoint?: string;
  readonly key?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .summary("learn a model from one table with holes, or from several")
    .description(
      "Learn the joint distribution of a table's columns, holes and all, and save it as a model.\n" +
        "Several tables are sources of one model: columns of the same name (or alias, or conversion in the dictionary) are one\n" +
        "attribute, and a person's rows become one where --key, or the role key in the dictionary, names the person.\n" +
        "Ctrl-C stops cleanly; the same command with --resume goes on to the same model, bit for bit.",
    )
    .argument("<tables...>", `${tableKinds}; one or more`)
    .requiredOption("-o, --output <model>", "file of the model, for instance cohort.vhgm");
  visitFlags(trainingFlags(command))
    .addOption(memoryFlag())
    .option("--key <column>", "column that names a person in every table: rows of one person become one")
    .option("--population <source>", "source (a table's name without extension) whose people answers are about where little is given (default: the largest)")
    .option("--resume", "go on from the checkpoint of a training that was stopped or killed")
    .option("--checkpoint <file>", "where progress is kept until the model is complete (default: MODEL.checkpoint)");
  jsonFlag(quietFlag(command));
  examples(
    command,
    "vhgm train cohort.csv -o cohort.vhgm",
    "vhgm train cohort.csv -o cohort.vhgm --schema dictionary.yaml --memory none",
    "vhgm train cohort.csv -o cohort.vhgm --best --resume",
    "vhgm train checkup.csv laboratory.parquet -o both.vhgm --schema dictionary.yaml --key person_id",
    "vhgm train visits.csv -o visits.vhgm --visits-by id --time day",
    "vhgm train nhanes:2017-2018:DEMO,BMX,BPX,TCHOL -o nhanes.vhgm",
  ).action(train);
}

async function train(paths: readonly string[], flags: Flags): Promise<void> {
  const { output, resume = false, quiet, json, checkpoint = `${output}.checkpoint` } = flags;
  const start = Date.now();
  const options = await readTrainingOptions(flags);
  const schema = await readSchema(flags);
  refuseTableName(output);
  await refuseSameFile(output, ...paths, ...settingFiles(flags));
  await checkOutput(output);
  await refuseOneName(checkpoint, output);
  await checkOutput(checkpoint);
  if (flags.checkpoint !== undefined) await refuseForeignFile(flags.checkpoint);
  const progress = createProgress({ quiet });
  const notes: string[] = [];
  const onNote = (note: string): void => {
    notes.push(note);
    progress.note(note);
  };
  const hooks = { ...trainingHooks(progress, onNote), onGuess: (found: readonly AttributeNote[]) => firstToLookAt(found, paths).forEach(onNote) };
  const bundle = await withTables(paths, { schema, key: paths.length > 1 ? flags.key : undefined, progress, dataCache: flags.dataCache }, async (opened) => {
    requireKey(opened, flags.key);
    const { table, schema: known } = await openVisits(opened, schema, flags, hooks.onGuess);
    const input = {
      table, schema: known, options, open: openSession, session: sessionOptions(flags), lanes: lanesOf(flags), maxRows: flags.maxRows,
      checkpoint: { path: checkpoint, resume },
      extend: extendWithSampler(openSession),
      save: (made: Bundle) => writeBundle(output, made),
    };
    const made = await stoppable(() => trainTable(input, hooks));
    if (!isJoined(table)) for (const note of table.notes) onNote(note);
    return made;
  }).finally(() => progress.stop());
  const warning = privacyWarning(output, bundle);
  const seconds = (Date.now() - start) / 1000;
  if (json) printJson({ model: output, seconds, notes, ...(warning ? { warning } : {}), card: bundle.card });
  else print(describe(output, bundle, seconds));
  if (warning) tell(warning);
}

function describe(output: string, bundle: Bundle, seconds: number): string {
  const { card } = bundle;
  const aside = card.setAside.length > 0 ? `; ${counted(card.setAside.length, "column")} set aside (vhgm info)` : "";
  return [
    `${output}: ${counted(card.attributes, "attribute")} learned from ${rowsLearned(card)} of ${card.tables.join(", ")} in ${duration(seconds)}${aside}.`,
    ...heldOutSummary(bundle),
    `Next: vhgm info ${output}`,
    `      vhgm impute ${output} NEW.csv -o COMPLETED.csv`,
    `      vhgm predict ${output} --given '{"NAME": VALUE}'`,
  ].join("\n");
}
