import type { Command } from "commander";
import { VhgmError } from "../base/errors.js";
import { inspectTable, type Inspection } from "../data/inspect.js";
import { writeFileAtomic } from "../data/node/atomic.js";
import { formatDictionary } from "../schema/dictionary.js";
import { examples, jsonFlag, quietFlag } from "./flags.js";
import { refuseSameFile, withTable } from "./openTables.js";
import { createProgress, rowProgress } from "./progress.js";
import { attributeScale } from "./scores.js";
import { print, printJson, tell } from "./terminal.js";
import { counted, layTable, percent, screenWidth } from "./text.js";

interface Flags {
  readonly output?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addInspect(program: Command): void {
  const command = program
    .command("inspect")
    .summary("look at tables: what each column is, and how much of it is missing")
    .description("Guess what each column of a table is, say why, and write an editable data dictionary.")
    .argument("<table...>", "CSV, TSV, Parquet, JSON lines or SAS XPT")
    .option("-o, --output <file>", "write the data dictionary (YAML) of the table here");
  jsonFlag(quietFlag(command));
  examples(command, "vhgm inspect cohort.csv", "vhgm inspect cohort.csv -o dictionary.yaml", "vhgm inspect visit1.parquet visit2.parquet --json").action(inspect);
}

async function inspect(paths: readonly string[], { output, json, quiet }: Flags): Promise<void> {
  if (output !== undefined && paths.length > 1) {
    throw new VhgmError("usage", `-o writes the dictionary of one table, and ${paths.length} tables were given; inspect them one by one.`);
  }
  if (output !== undefined) await refuseSameFile(output, ...paths);
  const progress = createProgress({ quiet });
  const found: (Inspection & { name: string })[] = [];
  for (const path of paths) {
    await withTable(path, async (table) => {
      if (paths.length > 1) progress.phase(`reading ${table.name}`);
      found.push({ name: table.name, ...(await inspectTable(table, rowProgress(progress))) });
      for (const note of table.notes) progress.note(note);
    });
  }
  progress.stop();
  if (output !== undefined) await writeFileAtomic(output, formatDictionary(found[0]));
  if (json) printJson({ tables: found.map(({ name, rows, schema, notes }) => ({ name, rows, schema, notes })) });
  else print(found.map(describe).join("\n\n"));
  if (output !== undefined) tell(`The dictionary is in ${output}: check it, edit it, and give it to vhgm train --schema ${output}.`);
  else if (!json && !quiet) tell(`\nTo edit these guesses: vhgm inspect ${paths.length === 1 ? paths[0] : "TABLE"} -o dictionary.yaml`);
}

function describe({ name, rows, schema, notes }: Inspection & { name: string }): string {
  const lines = schema.attributes.map((attribute, j) => [
    attribute.name,
    attribute.role === "attribute" ? attribute.type : `(${attribute.role})`,
    percent(notes[j].missingRate),
    attribute.role === "attribute" ? attributeScale(attribute) : "",
    notes[j].reason,
  ]);
  const table = layTable(
    [{ title: "name", most: 32 }, { title: "type" }, { title: "missing", align: "right" }, { title: "unit or levels", most: 32 }, { title: "why" }],
    lines,
    screenWidth(),
  );
  const suggestions = notes.flatMap((note) => note.suggestions.map((text) => `  ${note.name}: ${text}`));
  const questions = suggestions.length > 0 ? `\n\nWorth a look (not applied):\n${suggestions.join("\n")}` : "";
  return `${name}: ${counted(rows, "row")}, ${counted(schema.attributes.length, "column")}\n\n${table}${questions}`;
}
