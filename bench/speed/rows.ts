/** `vhgm impute` on longer and longer tables: rows a second and peak memory of the process. */
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "../../src/base/random.js";
import { csvFormatter } from "../../src/data/node/csvformat.js";
import { runCommands } from "../../src/evaluation/node/process.js";
import { inventPeople, type Population } from "./people.js";
import { quickModel } from "./quickModel.js";

export interface RowsResult {
  readonly rows: number;
  readonly columns: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly peakMiB: number | null;
}

const numbers = 60;
const levels = 40;
const holes = 0.3;
const trained = 2000;

/** @param main the built command line program */
export async function measureRows(main: string, sizes: readonly number[], say: (line: string) => void): Promise<RowsResult[]> {
  const folder = mkdtempSync(join(tmpdir(), "vhgm-rows-"));
  try {
    const people = inventPeople(numbers, levels, createRng(11));
    const model = await quickModel(main, folder, people.names, Array.from({ length: trained }, () => people.person(holes)));
    const results: RowsResult[] = [];
    for (const rows of sizes) {
      const input = join(folder, "people.csv");
      await writePeople(input, people, rows);
      const { ok, seconds, peakMemory, reason } = await runCommands([[process.execPath, main, "impute", model, input, "-o", join(folder, "completed.csv"), "--quiet"]]);
      if (!ok) throw new Error(`vhgm impute on ${rows} rows failed: ${reason}`);
      const result = { rows, columns: numbers + levels, seconds, rowsPerSecond: rows / seconds, peakMiB: peakMemory && Math.round(peakMemory) };
      say(`${rows} rows: ${seconds.toFixed(1)} s, ${result.rowsPerSecond.toFixed(0)} rows/s with start and reading, peak ${result.peakMiB ?? "unknown"} MiB`);
      results.push(result);
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writePeople(path: string, { names, person }: Population, rows: number): Promise<void> {
  const { header, row } = csvFormatter(",");
  const file = createWriteStream(path);
  file.write(header(names));
  for (let i = 0; i < rows; i++) if (!file.write(row(person(holes)))) await once(file, "drain");
  file.end();
  await once(file, "finish");
}
