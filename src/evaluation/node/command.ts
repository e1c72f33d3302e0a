import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VhgmError, isVhgmError } from "../../base/errors.js";
import { cellReader } from "../../data/cells.js";
import { openTable } from "../../data/node/open.js";
import type { TextRow } from "../../data/table.js";
import type { TextTable } from "../columns.js";
import type { MaskedTable, Method } from "../grid.js";
import type { Completed, ImputerHooks } from "../imputer.js";
import { alignColumns } from "../score.js";
import { rivalEnvironment, runCommands, shellCommand, stopRunning } from "./process.js";

/** Milliseconds between two times that hooks are asked whether to go on. */
const askEvery = 200;

/**
 * An outside program as a method, given as 'NAME=COMMAND {in} {out}': it reads a masked CSV from {in} and writes the
 * completed one, same rows and columns, to {out}. The shell runs it.
 * @param seconds of processor time that one run may take
 * @throws VhgmError "usage" if the text has another form
 */
export function commandMethod(text: string, seconds: number): Method {
  const [, name, command] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
  if (!name || !command.includes("{in}") || !command.includes("{out}")) {
    throw new VhgmError("usage", `--against '${text}' is not of the form 'NAME=COMMAND {in} {out}', with a name of letters, digits, '.', '_' and '-'.`);
  }
  return {
    name,
    kind: "command",
    about: command,
    identity: JSON.stringify([command, seconds]),
    work: 30,
    complete: (masked, _seed, hooks) => runOutside(name, command, seconds, masked, hooks),
  };
}

async function runOutside(name: string, command: string, seconds: number, { cells, text }: MaskedTable, hooks: ImputerHooks): Promise<Completed> {
  const folder = await mkdtemp(join(tmpdir(), "vhgm-against-"));
  const [input, output] = [join(folder, "masked.csv"), join(folder, "completed.csv")];
  let ending: unknown;
  const ask = async (): Promise<void> => {
    try {
      await hooks.onStep?.(0);
    } catch (error) {
      ending = error;
      stopRunning();
    }
  };
  const asking = setInterval(() => void ask(), askEvery);
  try {
    await writeFile(input, csvText(text));
    const { ok, reason } = await runCommands([shellCommand(command, input, output)], { seconds, env: rivalEnvironment });
    if (ending !== undefined) throw ending;
    if (!ok) throw new VhgmError("data", `${name} failed: ${reason}`);
    return { values: readCompleted(cells.attributes, text, await readCsv(output, name)) };
  } finally {
    clearInterval(asking);
    await rm(folder, { recursive: true, force: true });
  }
}

async function readCsv(path: string, name: string): Promise<TextTable> {
  let table;
  try {
    table = await openTable(path, { delimiter: "," });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VhgmError("data", `${name} ended without an error but left no table in {out}: ${why}`, { cause });
  }
  try {
    const rows: TextRow[] = [];
    for await (const batch of table.batches()) rows.push(...batch);
    return { columns: table.columns, rows };
  } finally {
    await table.close();
  }
}

/** Cells that can't be read (text for a number, no level) count as left empty. */
function readCompleted(attributes: MaskedTable["cells"]["attributes"], masked: TextTable, completed: TextTable): Float64Array[] {
  const place = alignColumns(masked, completed);
  return attributes.map((attribute, j) => {
    const reader = cellReader(attribute);
    return Float64Array.from(completed.rows, (row) => {
      try {
        return reader.read(row[place[j]], () => "the completed table");
      } catch (cause) {
        if (!isVhgmError(cause)) throw cause;
        return NaN;
      }
    });
  });
}

function csvText({ columns, rows }: TextTable): string {
  const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [columns, ...rows].map((cells) => `${cells.map(quoted).join(",")}\n`).join("");
}
