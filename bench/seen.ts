/**
 * What answers are worth by how much is seen: half of a table is learned from, and people of the other half show nothing, 1, 3, 8 or 20
 * cells, or a part of what they have. Of all the rest: share of numbers inside the central 90% (randomised PIT), mean negative
 * log-likelihoods of numbers and levels in nats, NRMSE, share of right levels; each also by the calibration of full rows alone.
 *
 *     npm run bench:seen -- --data DIR [--tables pima,nhefs] [--rows 2000] [--seeds 1] [--config FILE.json]
 *
 * --rows at most so many people are learned from; 400 of the others are asked about. --config holds training options, as for `vhgm train --config`.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRng, permutation } from "../src/base/random.js";
import { CellsBuilder, type Cells } from "../src/data/cells.js";
import { encodeCells, type Encoded } from "../src/data/encode.js";
import { openTable } from "../src/data/node/open.js";
import { memoryTable, type TextRow } from "../src/data/table.js";
import { openSession } from "../src/engine/node/session.js";
import { openPredictor } from "../src/inference/predictor.js";
import { cellOf } from "../src/model/likelihoods/index.js";
import { classProbabilities, numberDensity, stackedMean, type DensityModel, type MemberPaths } from "../src/model/predictive.js";
import type { Layout } from "../src/data/layout.js";
import { maskedTable } from "../src/training/folds.js";
import { trainTable } from "../src/training/node/trainTable.js";
import { trainingDefaults, type TrainingOptions } from "../src/training/options.js";
import { findTable } from "./cases.js";

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: process.env.VHGM_DATA },
    tables: { type: "string", default: "pima,nhefs,nhanes_2009_2012,young_people_survey" },
    rows: { type: "string", default: "2000" },
    seeds: { type: "string", default: "1" },
    config: { type: "string" },
  },
});
const settings = flags.config === undefined ? {} : (JSON.parse(readFileSync(flags.config, "utf8")) as Partial<TrainingOptions>);
const askedPeople = 400;

/** Cells that a person shows, or the share of what it has. */
const amounts = [0, 1, 3, 8, 20, "10%", "30%", "60%", "90%"] as const;

interface Score {
  readonly inside: number;
  readonly numberLoss: number;
  readonly error: number;
  readonly levelLoss: number;
  readonly right: number;
}

async function learn(name: string, seed: number) {
  const table = await openTable(findTable(flags.data, name));
  const rows: TextRow[] = [];
  for await (const batch of table.batches()) rows.push(...batch);
  const order = [...permutation(rows.length, createRng(seed, 0x5ee))].map((i) => rows[i]);
  const learned = order.slice(0, Math.min(Number(flags.rows), rows.length >> 1));
  const asked = order.slice(learned.length, learned.length + askedPeople);
  const bundle = await trainTable({ table: memoryTable(name, table.columns, learned), options: { ...trainingDefaults, seed, ...settings }, open: openSession });
  const builder = new CellsBuilder(bundle.schema, table.columns, name);
  builder.add(asked);
  return { model: bundle.model, cells: builder.finish(), people: learned.length };
}

/** Rows of which so much is left. */
function showOnly(table: Encoded, layout: Layout, amount: (typeof amounts)[number], seed: number): Encoded {
  const rng = createRng(seed, 0x5ef, amounts.indexOf(amount));
  const { rows, observed } = table;
  const { columns } = layout;
  const p = columns.length;
  const shown = new Uint8Array(observed.length);
  for (let i = 0; i < rows; i++) {
    const has = columns.flatMap((_, j) => (observed[i * p + j] ? [i * p + j] : []));
    if (typeof amount === "number") for (let k = 0; k < amount && has.length > 0; k++) shown[has.splice(rng.int(has.length), 1)[0]] = 1;
    else for (const at of has) if (rng.uniform() < Number.parseFloat(amount) / 100) shown[at] = 1;
  }
  return maskedTable(table, shown, layout);
}

function score(model: DensityModel, paths: readonly MemberPaths[], cells: Cells, has: Uint8Array, shown: Uint8Array, seed: number): Score {
  const rng = createRng(seed, 0x5f0);
  const { columns } = model.layout;
  const sums = { inside: 0, numberLoss: 0, squared: 0, numbers: 0, levelLoss: 0, right: 0, levels: 0 };
  for (let at = 0; at < has.length; at++) {
    if (!has[at] || shown[at]) continue;
    const [i, j] = [Math.floor(at / columns.length), at % columns.length];
    const { kind, source, center, scale, classOf } = columns[j];
    const value = cells.values[source][i];
    if (kind === "number") {
      const grid = model.grids.grids[j];
      const density = numberDensity(model, paths, i, j);
      const cell = cellOf(grid, value);
      const pit = density.subarray(0, cell).reduce((a, b) => a + b, 0) + rng.uniform() * density[cell];
      sums.numbers++;
      sums.inside += pit > 0.05 && pit < 0.95 ? 1 : 0;
      sums.numberLoss -= Math.log(Math.max(1e-9, density[cell]));
      sums.squared += (stackedMean(model, paths, i, j) - (value - center) / scale) ** 2;
    } else {
      const probabilities = classProbabilities(model, paths, i, j);
      sums.levels++;
      sums.levelLoss -= Math.log(Math.max(1e-9, probabilities[classOf[value]]));
      sums.right += probabilities.indexOf(Math.max(...probabilities)) === classOf[value] ? 1 : 0;
    }
  }
  return {
    inside: sums.inside / sums.numbers,
    numberLoss: sums.numberLoss / sums.numbers,
    error: Math.sqrt(sums.squared / sums.numbers),
    levelLoss: sums.levelLoss / sums.levels,
    right: sums.right / sums.levels,
  };
}

console.log("| table | seen | inside the central 90% | NLL of numbers | NRMSE | NLL of levels | right levels | by full rows' calibration: inside | NLL of numbers | NRMSE | NLL of levels | right levels |");
console.log(`|${"---|".repeat(12)}`);
const cellsOf = ({ inside, numberLoss, error, levelLoss, right }: Score): string[] => [inside, numberLoss, error, levelLoss, right].map((x) => (Number.isFinite(x) ? x.toFixed(3) : "–"));
for (const name of flags.tables.split(",")) {
  for (const seed of flags.seeds.split(",").map(Number)) {
    const { model, cells, people } = await learn(name, seed);
    const rows = encodeCells(cells, model.layout);
    const predictor = await openPredictor(model, openSession);
    try {
      for (const amount of amounts) {
        if (typeof amount === "number" && amount >= model.layout.columns.length) continue;
        const shown = showOnly(rows, model.layout, amount, seed);
        const paths = await predictor.run(shown);
        const by = (densities: DensityModel): string[] => cellsOf(score(densities, paths, cells, rows.observed, shown.observed, seed));
        console.log(`| ${[`${name}, seed ${seed}, ${people} x ${model.layout.columns.length}`, String(amount), ...by(model), ...by({ ...model, lessSeen: undefined })].join(" | ")} |`);
      }
    } finally {
      await predictor.close();
    }
  }
}
