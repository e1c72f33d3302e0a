import { existsSync } from "node:fs";
import type { Command } from "commander";
import { VhgmError } from "../base/errors.js";
import { inspectTable, type Inspection } from "../data/inspect.js";
import { inspectSources } from "../data/inspectSources.js";
import { writeFileAtomic } from "../data/node/atomic.js";
import { formatDictionary } from "../schema/dictionary.js";
import type { Schema } from "../schema/schema.js";
import { worthALook } from "../schema/worthALook.js";
import { examples, jsonFlag, quietFlag } from "./flags.js";
import { checkRules, describeRules } from "./inspectRules.js";
import { dataCacheFlag, tableKinds, type SourceOptions } from "./openSource.js";
import { refuseSameFile, withTable, withTables } from "./openTables.js";
import type { JoinedTable } from "../data/sources.js";
import { createProgress, rowProgress, type Progress } from "./progress.js";
import { attributeScale } from "./scores.js";
import { print, printJson, tell } from "./terminal.js";
import { counted, layTable, percent, screenWidth } from "./text.js";
import { readSchema, readText } from "./trainingFlags.js";

interface Flags {
  readonly output?: string;
  readonly overwrite?: boolean;
  readonly schema?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly dataCache?: string;
}

export function addInspect(program: Command): void {
  const command = program
    .command("inspect")
    .summary("look at tables: what each column is, and how much of it is missing")
    .description(
      "Guess what each column of a table is, say why, and write an editable data dictionary.\n" +
        "Several tables get one dictionary over all, with hints where a table seems to use another unit or other levels.",
    )
    .argument("<tables...>", tableKinds)
    .option("-o, --output <file>", "write the data dictionary (YAML) of the tables here")
    .option("--overwrite", "replace a dictionary that is there already, with its edits")
    .option("--schema <file>", "hold the rules (applies_when) of this dictionary against the rows instead: how many obey, how many do not");
  jsonFlag(quietFlag(dataCacheFlag(command)));
  examples(command, "vhgm inspect cohort.csv", "vhgm inspect cohort.csv -o dictionary.yaml", "vhgm inspect checkup.parquet laboratory.csv -o dictionary.yaml", "vhgm inspect cohort.csv --schema dictionary.yaml", "vhgm inspect nhanes:2017-2018:demographics,BMX -o nhanes.yaml").action(inspect);
}

async function inspect(paths: readonly string[], flags: Flags): Promise<void> {
  const { output, json, quiet, dataCache } = flags;
  const schema = await readSchema(flags);
  if (schema) return inspectRules(paths, schema, flags);
  if (output !== undefined) await refuseSameFile(output, ...paths);
  const progress = createProgress({ quiet });
  const notes: string[] = [];
  const opening = { progress, dataCache };
  const { all, tables } = await (paths.length === 1 ? inspectOne(paths[0], opening, notes) : inspectSeveral(paths, opening, notes)).finally(() => progress.stop());
  for (const note of notes) progress.note(note);
  progress.stop();
  if (output !== undefined) await writeDictionary(output, formatDictionary(all), flags);
  if (json) printJson({ tables, ...(tables.length > 1 ? { all: { rows: all.rows, schema: all.schema, notes: all.notes } } : {}) });
  else print(describe(all));
  if (output !== undefined) tell(`The dictionary is in ${output}: check it, edit it, and give it to vhgm train --schema ${output}.`);
  else if (!json && !quiet) tell(`\nTo edit these guesses: vhgm inspect ${paths.join(" ")} -o dictionary.yaml`);
}

/** @throws VhgmError "usage" where another dictionary would be lost */
async function writeDictionary(output: string, text: string, { overwrite = false }: Flags): Promise<void> {
  if (!overwrite && existsSync(output) && (await readText(output)) !== text) {
    throw new VhgmError("usage", `"${output}" is there already and says something else, perhaps by your edits; give another name, or --overwrite to replace it.`);
  }
  await writeFileAtomic(output, text);
}

async function inspectRules(paths: readonly string[], schema: Schema, { output, json, quiet, dataCache }: Flags): Promise<void> {
  if (output !== undefined) throw new VhgmError("usage", "With --schema the rules of a dictionary are checked, so there is none to write; leave out -o.");
  const progress = createProgress({ quiet });
  const found = await withTables(paths, { dataCache, schema }, (table) => checkRules(table, schema, rowProgress(progress))).finally(() => progress.stop());
  if (json) printJson(found);
  else print(describeRules(found));
}

type Opening = SourceOptions & { readonly progress: Progress };

interface Named extends Inspection {
  readonly name: string;
}

const inspectOne = (path: string, opening: Opening, notes: string[]): Promise<{ all: Named; tables: readonly Named[] }> =>
  withTable(
    path,
    async (table) => {
      const { rows, schema, notes: own } = await inspectTable(table, rowProgress(opening.progress));
      notes.push(...table.notes);
      const found = { name: table.name, rows, schema, notes: own };
      return { all: found, tables: [found] };
    },
    opening,
  );

/** Several tables as sources of one model: one dictionary over all. */
const inspectSeveral = (paths: readonly string[], opening: Opening, notes: string[]): Promise<{ all: Named; tables: readonly Named[] }> =>
  withTables(paths, opening, async (table) => {
    opening.progress.phase(`reading ${table.name}`);
    const { sources } = table as JoinedTable;
    const found = await inspectSources(sources, rowProgress(opening.progress));
    notes.push(...table.notes);
    return { all: { ...found, name: table.name }, tables: found.sources.map((source, s) => ({ ...source, name: sources[s].table.name })) };
  });

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
  const suggestions = worthALook(notes).map((text) => `  ${text}`);
  const questions = suggestions.length > 0 ? `\n\nWorth a look (not applied):\n${suggestions.join("\n")}` : "";
  return `${name}: ${counted(rows, "row")}, ${counted(schema.attributes.length, "column")}\n\n${table}${questions}`;
}
