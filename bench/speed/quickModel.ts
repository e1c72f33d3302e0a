import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { csvFormatter } from "../../src/data/node/csvformat.js";
import type { TextRow } from "../../src/data/table.js";
import { runCommands } from "../../src/evaluation/node/process.js";

/** Trains a model for a few steps only, which changes its answers and not its speed. @returns the model's file */
export async function quickModel(main: string, folder: string, columns: readonly string[], rows: readonly TextRow[]): Promise<string> {
  const [table, config, model] = ["people.csv", "quick.yaml", "people.vhgm"].map((name) => join(folder, name));
  const { header, row } = csvFormatter(",");
  writeFileSync(table, header(columns) + rows.map(row).join(""));
  writeFileSync(config, "epochs: 1\nsteps: 10\n");
  const { ok, reason } = await runCommands([[process.execPath, main, "train", table, "-o", model, "--config", config, "--quiet"]]);
  if (!ok) throw new Error(`vhgm train failed: ${reason}`);
  return model;
}
