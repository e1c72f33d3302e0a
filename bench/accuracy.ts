/**
 * Accuracy beside rivals on the same masks. See docs/results.md.
 *
 *   npm run bench:accuracy -- --data DIR --cache DIR [--tables pima,pbc] [--mechanisms mcar] [--seeds 1,2,3]
 *                             [--methods complete,train,best,mean,ridge,forest,et,mice] [--rows 4000] [--python PATH]
 *
 * DIR of --data has one folder per table, NAME/NAME.csv or .csv.gz. Cases, completed tables and results.jsonl are kept in
 * --cache: a run that was cut off goes on where it stood. Rivals need Python and R (bench/peers/README.md); a rival that
 * is not installed is named and left out. Rivals get 20 minutes of processor time each.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openTable } from "../src/data/node/open.js";
import type { TextRow } from "../src/data/table.js";
import { scoreTable, type TableScore } from "../src/evaluation/score.js";
import { markdown } from "./tables.js";

export interface Result {
  readonly table: string;
  readonly mechanism: string;
  readonly seed: number;
  readonly method: string;
  readonly seconds: number;
  /** null: failed, or not finished in time. */
  readonly score: TableScore | null;
}

const { values: flags } = parseArgs({
  options: {
    data: { type: "string" },
    cache: { type: "string", default: ".cache/accuracy" },
    tables: { type: "string", default: "pima,pbc,heart_disease_uci,nhefs,young_people_survey,nhanes_2009_2012" },
    mechanisms: { type: "string", default: "mcar" },
    seeds: { type: "string", default: "1,2,3" },
    methods: { type: "string", default: "complete,train,mean,ridge,forest,et,mice" },
    rows: { type: "string", default: "4000" },
    rate: { type: "string", default: "0.3" },
    python: { type: "string", default: "python3" },
  },
});
const { cache, python } = flags;
const data = flags.data ?? process.env.VHGM_DATA;
if (!data) throw new Error("--data DIR (or VHGM_DATA) must name the folder of tables.");
const list = (text: string): string[] => text.split(",").filter((x) => x !== "");
const peers = join("bench", "peers");
const vhgm = join("dist", "cli", "main.js");
const cpuSeconds = 1200;

/** The command that completes `input` into `output`. */
function command(method: string, input: string, output: string): string[] {
  const model = `${output}.vhgm`;
  const ours = ["node", vhgm];
  switch (method) {
    case "complete":
      return [...ours, "complete", input, "-o", output, "--quiet"];
    case "best":
      return [...ours, "complete", input, "-o", output, "--quiet", "--best"];
    case "train":
      return ["sh", "-c", `node ${vhgm} train '${input}' -o '${model}' --quiet && node ${vhgm} impute '${model}' '${input}' -o '${output}' --quiet && rm '${model}'`];
    case "ridge":
      return [python, join(peers, "ridge.py"), input, output];
    case "et":
      return [python, join(peers, "sk.py"), input, output, "et"];
    default:
      return ["Rscript", join(peers, "rival.R"), input, output, method];
  }
}

const isOurs = (method: string): boolean => ["complete", "best", "train"].includes(method);

function run(args: readonly string[], limited: boolean): { ok: boolean; seconds: number; message: string } {
  const start = performance.now();
  const quoted = args.map((a) => `'${a.replaceAll("'", "'\\''")}'`).join(" ");
  const done = spawnSync("bash", ["-c", `${limited ? `ulimit -t ${cpuSeconds}; ` : ""}${quoted}`], { encoding: "utf8" });
  return { ok: done.status === 0, seconds: (performance.now() - start) / 1000, message: (done.stderr ?? "").trim().split("\n").at(-1) ?? "" };
}

async function readRows(path: string): Promise<TextRow[]> {
  const table = await openTable(path);
  const rows: TextRow[] = [];
  for await (const batch of table.batches()) rows.push(...batch);
  await table.close();
  return rows;
}

function prepare(table: string, mechanism: string, seed: number): string {
  const folder = join(cache, `${table}_${mechanism}_${seed}`);
  if (existsSync(join(folder, "mask.csv"))) return folder;
  const source = ["csv", "csv.gz"].map((end) => join(data!, table, `${table}.${end}`)).find(existsSync);
  if (!source) throw new Error(`${join(data!, table)} holds no ${table}.csv or ${table}.csv.gz.`);
  const made = run([python, join(peers, "ampute.py"), source, folder, flags.rate, mechanism, String(seed), flags.rows], false);
  if (!made.ok) throw new Error(`The masks of ${table} could not be made: ${made.message}`);
  return folder;
}

mkdirSync(cache, { recursive: true });
const log = join(cache, "results.jsonl");
const results: Result[] = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line) as Result) : [];
const wanted = list(flags.mechanisms).flatMap((mechanism) => list(flags.seeds).flatMap((seed) => list(flags.tables).flatMap((table) => list(flags.methods).map((method) => ({ table, mechanism, seed: Number(seed), method })))));
const same = (a: Omit<Result, "score" | "seconds">, b: Omit<Result, "score" | "seconds">): boolean =>
  a.table === b.table && a.mechanism === b.mechanism && a.seed === b.seed && a.method === b.method;

for (const [i, cell] of wanted.entries()) {
  if (results.some((r) => same(r, cell))) continue;
  const folder = prepare(cell.table, cell.mechanism, cell.seed);
  const output = join(folder, `${cell.method}.csv`);
  const done = run(command(cell.method, join(folder, "masked.csv"), output), !isOurs(cell.method));
  let score: TableScore | null = null;
  if (done.ok) {
    const mask = readFileSync(join(folder, "mask.csv"), "utf8").trim().split("\n").map((line) => line.split(",").map((bit) => bit === "1"));
    score = scoreTable(await readRows(join(folder, "full.csv")), await readRows(output), mask);
  }
  const result: Result = { ...cell, seconds: done.seconds, score };
  results.push(result);
  appendFileSync(log, `${JSON.stringify(result)}\n`);
  const figures = score ? `NRMSE ${score.nrmse.toFixed(4)}, accuracy ${score.accuracy.toFixed(4)}` : `failed: ${done.message}`;
  process.stderr.write(`${i + 1}/${wanted.length} ${cell.table} ${cell.mechanism} seed ${cell.seed} ${cell.method}: ${figures}, ${done.seconds.toFixed(1)} s\n`);
}
process.stdout.write(markdown(results.filter((r) => wanted.some((w) => same(r, w)))));
