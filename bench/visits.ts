/**
 * Repeated visits: hidden cells of people who were not learned from, filled by a model that sees a person's other visits, by one that
 * sees the visit alone, and by the person's last value (or the next one, or the learned mean or commonest level).
 *
 *     npx tsc -p tsconfig.bench.json && node dist-bench/bench/visits.js TABLE.csv --person id --time day [--seeds 1,2,3] [--rate 0.3] [--steps 7000]
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { createRng, permutation } from "../src/base/random.js";
import { inspectTable } from "../src/data/inspect.js";
import { memoryTable, type Table, type TextRow } from "../src/data/table.js";
import { extendByVisits, withVisits } from "../src/data/visits.js";
import { openSession } from "../src/engine/node/session.js";
import { createImputer } from "../src/inference/impute.js";
import { openPredictor } from "../src/inference/predictor.js";
import { isNumeric, type Schema } from "../src/schema/schema.js";
import { trainTable } from "../src/training/node/trainTable.js";
import { trainingDefaults } from "../src/training/options.js";

const { values: flags, positionals: [path] } = parseArgs({
  allowPositionals: true,
  options: { person: { type: "string" }, time: { type: "string" }, seeds: { type: "string", default: "1,2,3" }, rate: { type: "string", default: "0.3" }, steps: { type: "string" } },
});
const [header, ...rows] = readFileSync(path, "utf8").trim().split(/\r?\n/).map((line) => line.split(",").map((cell) => cell.replace(/^"(.*)"$/, "$1")));
const at = (name: string): number => header.indexOf(name);
const [personAt, timeAt] = [at(flags.person!), at(flags.time!)];
const empty = (text: string): boolean => text === "" || text === "NA";
const visitsOf = groupBy(rows, (row) => row[personAt]);
/** Columns whose values change between a person's visits. */
const changing = header.flatMap((_, j) => (j !== personAt && j !== timeAt && [...visitsOf.values()].some((own) => new Set(own.map((row) => row[j]).filter((x) => !empty(x))).size > 1) ? [j] : []));

interface Score {
  squared: number;
  numbers: number;
  right: number;
  levels: number;
}

async function fill(train: Table, test: Table, schema: Schema, seed: number): Promise<TextRow[]> {
  const options = { ...trainingDefaults, seed, ...(flags.steps ? { steps: Number(flags.steps) } : {}) };
  const bundle = await trainTable({ table: train, schema, options, open: openSession, session: { threads: 1 } });
  const predictor = await openPredictor(bundle.model, openSession);
  try {
    const imputer = createImputer(predictor, bundle.schema, test.columns, test.name);
    const filled: TextRow[] = [];
    for await (const batch of test.batches()) filled.push(...(await imputer.complete(batch))[0]);
    return filled;
  } finally {
    await predictor.close();
  }
}

for (const seed of flags.seeds.split(",").map(Number)) {
  const rng = createRng(seed, 0x715175);
  const people = [...visitsOf.keys()];
  const order = [...permutation(people.length, rng)].map((k) => people[k]);
  const learned = order.slice(0, Math.round(0.7 * people.length)).flatMap((who) => visitsOf.get(who)!);
  const asked = order.slice(Math.round(0.7 * people.length)).flatMap((who) => visitsOf.get(who)!);
  const hidden = asked.map((row) => row.map((text, j) => changing.includes(j) && !empty(text) && rng.uniform() < Number(flags.rate)));
  const shown = asked.map((row, i) => row.map((text, j) => (hidden[i][j] ? "" : text)));
  const [train, test] = [memoryTable(basename(path), header, learned), memoryTable("asked", header, shown)];
  const plain = (await inspectTable(train)).schema;
  const single: Schema = { ...plain, attributes: plain.attributes.map((a) => (a.name === flags.person ? { ...a, role: "id" } : a)) };
  const visits = extendByVisits(plain, { person: flags.person!, time: flags.time! });
  const methods: Record<string, readonly TextRow[]> = {
    "last value carried": withLast(shown, learned, single),
    "the visit alone": await fill(train, test, single, seed),
    "visits": await fill(withVisits(train, visits), withVisits(test, visits), visits, seed),
  };
  for (const [name, filled] of Object.entries(methods)) {
    const found = changing.map((j) => scoreOf(j, filled));
    const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
    const nrmse = mean(found.filter(({ numbers }) => numbers > 0).map(({ squared, numbers }) => Math.sqrt(squared / numbers)));
    const accuracy = mean(found.filter(({ levels }) => levels > 0).map(({ right, levels }) => right / levels));
    console.log(`seed ${seed}  ${name.padEnd(20)} NRMSE ${nrmse.toFixed(3)}  accuracy ${accuracy.toFixed(3)}  cells ${found.reduce((n, f) => n + f.numbers + f.levels, 0)}`);
  }

  function scoreOf(j: number, filled: readonly TextRow[]): Score {
    const attribute = single.attributes.find(({ name }) => name === header[j])!;
    const known = learned.map((row) => row[j]).filter((x) => !empty(x)).map(Number);
    const sd = Math.sqrt(known.reduce((sum, x) => sum + (x - known.reduce((a, b) => a + b, 0) / known.length) ** 2, 0) / known.length);
    const out: Score = { squared: 0, numbers: 0, right: 0, levels: 0 };
    asked.forEach((row, i) => {
      if (!hidden[i][j]) return;
      if (isNumeric(attribute.type)) {
        out.squared += ((Number(filled[i][j]) - Number(row[j])) / sd) ** 2;
        out.numbers++;
      } else {
        out.right += filled[i][j] === row[j] ? 1 : 0;
        out.levels++;
      }
    });
    return out;
  }
}

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of list) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return found;
}

/** A person's last value before a hole, else the next one, else the learned mean or commonest level. */
function withLast(shown: readonly TextRow[], learned: readonly TextRow[], schema: Schema): TextRow[] {
  const out = shown.map((row) => [...row]);
  for (const j of changing) {
    const known = learned.map((row) => row[j]).filter((x) => !empty(x));
    const counts = groupBy(known, (x) => x);
    const numeric = isNumeric(schema.attributes.find(({ name }) => name === header[j])!.type);
    const usual = numeric ? String(known.reduce((sum, x) => sum + Number(x), 0) / known.length) : [...counts].sort((a, b) => b[1].length - a[1].length)[0][0];
    for (const own of groupBy(out, (row) => row[personAt]).values()) {
      const values = own.map((row) => row[j]);
      own.forEach((row, k) => {
        if (!empty(row[j])) return;
        row[j] = values.slice(0, k).findLast((x) => !empty(x)) ?? values.slice(k + 1).find((x) => !empty(x)) ?? usual;
      });
    }
  }
  return out;
}
