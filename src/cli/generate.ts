import { Option, type Command } from "commander";
import { readBundle } from "../bundle/node/files.js";
import { createTableWriter } from "../data/node/write.js";
import type { Device } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { createGenerator, type GenerateReport } from "../inference/generate/generate.js";
import { generateTable } from "../inference/generate/generateTable.js";
import { readPattern } from "../inference/generate/pattern.js";
import { isRare, repeatsPeople } from "../inference/generate/whereWarnings.js";
import { openPredictor } from "../inference/predictor.js";
import { deviceFlag, examples, jsonFlag, quietFlag, seed, whole } from "./flags.js";
import { stoppable, stopped } from "./interrupt.js";
import { refuseSameFile, withTable } from "./openTables.js";
import { createProgress, rowProgress } from "./progress.js";
import { print, printJson } from "./terminal.js";
import { counted, duration, listed, percent, short } from "./text.js";

interface Flags {
  readonly rows: number;
  readonly first: number;
  readonly output: string;
  readonly where?: string;
  readonly rounds?: number;
  readonly pattern?: string;
  readonly holes?: boolean;
  readonly likeSource?: string;
  readonly batch: number;
  readonly seed: number;
  readonly device: Device;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addGenerate(program: Command): void {
  const command = program
    .command("generate")
    .summary("invent people: a synthetic table with the learned relations")
    .description(
      "Invent people by a model: complete rows, each attribute drawn given those drawn before it. What the dictionary says of\n" +
        "whom an attribute applies to (applies_when) and of what follows from others (equals) or is less than another (less_than) holds in every row.",
    )
    .argument("<model>", "model of vhgm train")
    .requiredOption("-n, --rows <number>", "how many people", whole(1, 100_000_000))
    .requiredOption("-o, --output <file>", "the table: .csv, .tsv, .jsonl, .ndjson (each also .gz) or .parquet")
    .option("--first <number>", "number of the first row, from 0: parts of one table can be made one by one, or side by side", whole(0, 4_000_000_000), 0)
    .option("--where <condition>", "what everybody has to meet, in the language of applies_when: = != < <= > >= in, and, or, not; it may compare two numbers")
    .option("--like-source <name>", "people of one source's population (table's name without its ending, as vhgm info has it)")
    .option("--holes", "leave empty what people like them lacked in the tables that the model learned from")
    .addOption(new Option("--pattern <table>", "leave empty what is empty in random rows of this table, and only its columns").conflicts("holes"))
    .option("--rounds <number>", "passes through the model per row (default: one per attribute, at most 16)", whole(1, 100_000))
    .option("--batch <number>", "rows written at a time; the result does not depend on it", whole(1, 1_000_000), 256)
    .option("--seed <number>", "the same seed gives the same people", seed, 1);
  jsonFlag(quietFlag(deviceFlag(command)));
  examples(
    command,
    "vhgm generate cohort.vhgm -n 1000 -o people.csv",
    `vhgm generate cohort.vhgm -n 500 --where "sex = 'F' and age >= 60 and smoking in ('never', 'former')" -o women.csv`,
    `vhgm generate cohort.vhgm -n 500 --where "systolic < 120 and systolic > glucose" -o some.csv`,
    "vhgm generate cohort.vhgm -n 1000 --holes -o people.parquet",
    "vhgm generate joined.vhgm -n 1000 --like-source nhanes --holes -o like-nhanes.csv",
  ).action(generate);
}

async function generate(model: string, { rows, first, output, where, rounds, pattern: patternFile, holes, likeSource, batch, seed, device, quiet, json }: Flags): Promise<void> {
  await refuseSameFile(output, model, ...(patternFile === undefined ? [] : [patternFile]));
  const start = Date.now();
  const bundle = await readBundle(model);
  const progress = createProgress({ quiet });
  const predictor = await openPredictor(bundle.model, openSession, { device });
  try {
    if (patternFile !== undefined) progress.phase(`reading ${patternFile}`);
    const pattern = patternFile === undefined ? undefined : await withTable(patternFile, (table) => readPattern(table, bundle.schema, seed));
    progress.phase("inventing people");
    const generator = await createGenerator(predictor, bundle.schema, { where, rounds, seed, pattern, holes, likeSource });
    const writer = await createTableWriter(output, generator.columns);
    const report = await stoppable(() => generateTable({ generator, rows, first, writer, batch }, { onRows: rowProgress(progress, rows), stopped }));
    progress.stop();
    const seconds = (Date.now() - start) / 1000;
    if (json) printJson({ file: output, rows, columns: generator.columns, ...report, seconds });
    else print(sentences(report, rows, output, generator.columns.length, seconds).join("\n"));
  } finally {
    progress.stop();
    await predictor.close();
  }
}

function sentences({ rounds, unlearned, where }: GenerateReport, rows: number, file: string, columns: number, seconds: number): string[] {
  return [
    `${file}: ${counted(rows, "person", "people")} with ${counted(columns, "attribute")}, in ${counted(rounds, "round")}, ${duration(seconds)}.`,
    ...(unlearned.length > 0 ? [`${counted(unlearned.length, "attribute")} have no column, since nothing is known of them: ${listed(unlearned)}.`] : []),
    ...(where ? [`About ${where.share < 0.001 ? short(100 * where.share) + "%" : percent(where.share)} of the learned population meet the condition.`] : []),
    ...(where && isRare(where) ? ["Warning: the model has seen hardly anybody like that; what it says of them is extrapolation."] : []),
    ...(where && repeatsPeople(where, rows)
      ? [`Warning: in what the condition names only about ${Math.floor(where.effective)} of the ${counted(rows, "row")} are independent; several repeat one person's values there.`]
      : []),
  ];
}
