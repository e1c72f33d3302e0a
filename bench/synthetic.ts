/**
 * Invented people beside other generators' on the same halves of real tables: the table "Invented people" of docs/results.md.
 *
 *     npm run bench:synthetic -- --data DIR [--tables nhefs,…] [--methods vhgm,copied,gaussiancopula,ctgan,tvae,mostly] [--seeds 1]
 *       [--rows 4000] [--peers DIR] [--cache DIR] [--rerun vhgm] [--timeout 1200]
 *
 * A random half of a table (at most --rows of its rows; columns that name people left out) is learned from, equally many people are invented, and the
 * other half is the hold-out. `copied` hands out the training rows: the control that the attack must catch. What was found is kept in the
 * cache, so that a run goes on where it stood; rivals are installed by bench/peers/setup.sh (sdv, mostly).
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createRng, permutation } from "../src/base/random.js";
import { readBundle } from "../src/bundle/node/files.js";
import { CellsBuilder } from "../src/data/cells.js";
import { inspectTable } from "../src/data/inspect.js";
import { openTable } from "../src/data/node/open.js";
import { createTableWriter } from "../src/data/node/write.js";
import { openSession } from "../src/engine/node/session.js";
import { attackPredict, type MembershipAttack } from "../src/evaluation/membership.js";
import { rivalEnvironment, runCommands } from "../src/evaluation/node/process.js";
import type { SyntheticEvaluation } from "../src/evaluation/synthetic/synthetic.js";
import { skillKept } from "../src/evaluation/synthetic/words.js";
import { openPredictor } from "../src/inference/predictor.js";
import { findTable } from "./cases.js";

const root = join(import.meta.dirname, "..", "..");
const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: process.env.VHGM_DATA },
    tables: { type: "string", default: "nhefs,young_people_survey,nhanes_2009_2012,hivae_Adult" },
    methods: { type: "string", default: "vhgm,copied,gaussiancopula,ctgan,tvae,mostly" },
    seeds: { type: "string", default: "1" },
    rows: { type: "string", default: "4000" },
    peers: { type: "string", default: join(root, ".cache", "peers") },
    cache: { type: "string", default: join(root, ".cache", "synthetic") },
    rerun: { type: "string", default: "" },
    timeout: { type: "string", default: "1200" },
  },
});
const main = join(root, "dist", "cli", "main.js");
const rerun = new Set(flags.rerun.split(","));

interface Found {
  readonly evaluation: SyntheticEvaluation;
  readonly seconds: number;
  readonly predict?: MembershipAttack;
}

/** Commands that learn from train.csv and write so many people. */
function commandsOf(method: string, folder: string, rows: number, seed: number): string[][] {
  const [train, out, model] = [join(folder, "train.csv"), join(folder, `${method}.csv`), join(folder, `${method}.vhgm`)];
  if (method === "vhgm") {
    return [["train", train, "-o", model, "--seed", String(seed), "--quiet"], ["generate", model, "-n", String(rows), "--holes", "--seed", String(seed), "-o", out, "--quiet"]].map((args) => [process.execPath, main, ...args]);
  }
  const python = join(resolve(flags.peers), method === "mostly" ? "mostly" : "sdv", "bin", "python");
  return [[python, join(root, "bench", "peers", "synth.py"), train, out, String(rows), method]];
}

async function halves(name: string, seed: number): Promise<{ folder: string; rows: number }> {
  const folder = join(flags.cache, `${name}_${seed}`);
  mkdirSync(folder, { recursive: true });
  const table = await openTable(findTable(flags.data, name));
  const { schema } = await inspectTable(table);
  const kept = table.columns.flatMap((column, j) => (schema.attributes.find((a) => a.name === column)?.role === "attribute" ? [j] : []));
  const all: string[][] = [];
  for await (const batch of table.batches()) all.push(...batch.map((row) => kept.map((j) => (row[j] === "NA" ? "" : row[j]))));
  const order = [...permutation(all.length, createRng(seed, 0x5b11))].slice(0, Number(flags.rows)).map((i) => all[i]);
  const half = order.length >> 1;
  const header = kept.map((j) => table.columns[j]);
  for (const [file, rows] of [["train.csv", order.slice(0, half)], ["hold.csv", order.slice(half, 2 * half)], ["copied.csv", order.slice(0, half)]] as const) {
    const writer = await createTableWriter(join(folder, file), header);
    await writer.write(rows);
    await writer.finish();
  }
  return { folder, rows: half };
}

async function run(method: string, folder: string, rows: number, seed: number): Promise<Found | string> {
  const made = method === "copied" ? { ok: true, seconds: 0, reason: "" } : await runCommands(commandsOf(method, folder, rows, seed), { seconds: Number(flags.timeout), env: rivalEnvironment });
  if (!made.ok) return made.reason;
  const out = join(folder, `${method}.evaluation.json`);
  const judged = await runCommands([["sh", "-c", `'${process.execPath}' '${main}' evaluate '${folder}/hold.csv' --synthetic '${folder}/${method}.csv' --train '${folder}/train.csv' --json --quiet > '${out}'`]]);
  if (!judged.ok) return judged.reason;
  const evaluation = JSON.parse(readFileSync(out, "utf8")) as SyntheticEvaluation;
  return { evaluation, seconds: made.seconds, ...(method === "vhgm" ? { predict: await attackModel(folder, seed) } : {}) };
}

async function attackModel(folder: string, seed: number): Promise<MembershipAttack> {
  const { model, schema } = await readBundle(join(folder, "vhgm.vhgm"));
  const predictor = await openPredictor(model, openSession);
  try {
    const [members, others] = await Promise.all(
      ["train.csv", "hold.csv"].map(async (file) => {
        const table = await openTable(join(folder, file));
        const builder = new CellsBuilder(schema, table.columns, file);
        for await (const batch of table.batches()) builder.add(batch);
        return builder.finish();
      }),
    );
    return await attackPredict(predictor, members, others, { rng: createRng(seed, 0xa77) });
  } finally {
    await predictor.close();
  }
}

const fixed = (x: number): string => (Number.isFinite(x) ? x.toFixed(3) : "–");
const attackText = ({ auc, low, high, truePositivesAt1 }: MembershipAttack): string => `${fixed(auc)} [${fixed(low)}, ${fixed(high)}], ${(100 * truePositivesAt1).toFixed(1)}%`;

console.log("| table | | column shapes | pair trends | related trends | missingness | two-sample AUC | skill kept | attack on the rows: AUC [95%], found at 1% | attack on `predict` | copies | seconds |");
console.log(`|${"---|".repeat(12)}`);
for (const name of flags.tables.split(",")) {
  for (const seed of flags.seeds.split(",").map(Number)) {
    const { folder, rows } = await halves(name, seed);
    let first = true;
    for (const method of flags.methods.split(",")) {
      const kept = join(folder, `${method}.found.json`);
      const mark = createHash("sha256").update(readFileSync(join(folder, "train.csv"))).digest("hex");
      const before = existsSync(kept) && !rerun.has(method) ? (JSON.parse(readFileSync(kept, "utf8")) as { mark: string; found: Found | string }) : undefined;
      const found = before?.mark === mark ? before.found : await run(method, folder, rows, seed);
      writeFileSync(kept, JSON.stringify({ mark, found }));
      if (typeof found === "string") {
        console.log(`| ${name}, seed ${seed} | ${method} | not finished: ${found.trim().split("\n").at(-1)} |`);
        continue;
      }
      const { shapes, trends, twoSample, utility, privacy } = found.evaluation;
      const line = (what: string, side: "synthetic" | "holdout", rest: readonly string[]): void => {
        const { score, related } = trends[side];
        console.log(`| ${first ? `${name}, seed ${seed}, ${rows} + ${rows}` : ""} | ${what} | ${[shapes[side].score, score, related, shapes[side].missing].map(fixed).join(" | ")} | ${rest.join(" | ")} |`);
        first = false;
      };
      if (first) line("real hold-out", "holdout", [fixed(twoSample.train.auc), "1", "–", "–", String(privacy.copies.holdout.rows), "–"]);
      line(method, "synthetic", [fixed(twoSample.synthetic.auc), fixed(skillKept(utility)), attackText(privacy.attack), found.predict ? attackText(found.predict) : "–", String(privacy.copies.synthetic.rows), found.seconds.toFixed(0)]);
    }
  }
}
