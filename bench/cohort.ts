/**
 * A model of several sources held against the simulated cohort's truth:
 *
 *   npm run bench:cohort -- [--parts pairs,age,width] [--attributes 2000] [--rows 4000,800,2000] [--pairs 30] [--people 30]
 *     [--widths 100,500,1000,2000] [--seed 1] [--config FILE.json]
 *
 * pairs  given the columns that all sources share and one attribute more, how is another distributed? For pairs that people
 *        showed together, for pairs that nobody did and that are independent given the shared columns, and for pairs that
 *        nobody did and that are not: share of values inside the central 90% (randomised PIT), CRPS and log score beside the
 *        true distribution's, and how many answers carry the note that they assume independence.
 * age    given age alone (and nothing), how far means are from the truth of the named population, in its standard deviations.
 * width  error in the same first attributes while others are added; 30% of what a person's source records is hidden.
 *
 * --config holds training options (a JSON object), as for `vhgm train --config`.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Bundle } from "../src/bundle/bundle.js";
import { memoryTable } from "../src/data/table.js";
import { joinTables } from "../src/data/sources.js";
import { cohortModel } from "../src/cohort/model.js";
import { simulateCohort } from "../src/cohort/simulate.js";
import { sourceNames } from "../src/cohort/population.js";
import { openSession } from "../src/engine/node/session.js";
import { openPredictor, type Predictor } from "../src/inference/predictor.js";
import { trainTable } from "../src/training/node/trainTable.js";
import { trainingDefaults, type TrainingOptions } from "../src/training/options.js";
import { measureAge } from "./cohort/age.js";
import { measurePairs } from "./cohort/pairs.js";
import { measureWidth } from "./cohort/width.js";

const { values: flags } = parseArgs({
  options: {
    parts: { type: "string", default: "pairs,age" },
    attributes: { type: "string", default: "2000" },
    rows: { type: "string", default: "4000,800,2000" },
    pairs: { type: "string", default: "30" },
    people: { type: "string", default: "30" },
    widths: { type: "string", default: "100,500,1000,2000" },
    seed: { type: "string", default: "1" },
    config: { type: "string" },
  },
});
const seed = Number(flags.seed);
const rows = Object.fromEntries(flags.rows.split(",").map((n, s) => [sourceNames[s], Number(n)]));
const options: TrainingOptions = { ...trainingDefaults, seed, ...(flags.config === undefined ? {} : (JSON.parse(await readFile(flags.config, "utf8")) as Partial<TrainingOptions>)) };

/** Three sources with so many attributes together, learned as one; told on the way. */
async function learn(attributes: number): Promise<{ bundle: Bundle; predictor: Predictor }> {
  const cohort = simulateCohort({ seed, attributes, rows });
  const table = joinTables(cohort.sources.map(({ name, columns, rows: people }) => memoryTable(name, columns, people)), { schema: cohort.schema });
  const started = performance.now();
  const bundle = await trainTable({ table, schema: cohort.schema, options, open: openSession }, {
    onPhase: (phase) => console.error(`${seconds(started)} s: ${phase}`),
    onEpoch: ({ epoch, epochs, heldOutLoss }) => console.error(`${seconds(started)} s: epoch ${epoch} of ${epochs}, held-out loss ${heldOutLoss.toFixed(4)}`),
  });
  console.log(`${attributes} attributes, ${bundle.card.rows} people, ${bundle.model.layout.features} features, network ${bundle.card.options.network}: trained in ${seconds(started)} s, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
  return { bundle, predictor: await openPredictor(bundle.model, openSession) };
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);

const parts = new Set(flags.parts.split(","));
if (parts.has("pairs") || parts.has("age")) {
  const model = cohortModel(Number(flags.attributes));
  const { bundle, predictor } = await learn(Number(flags.attributes));
  if (parts.has("pairs")) console.log(await measurePairs({ model, bundle, predictor, seed, pairs: Number(flags.pairs), people: Number(flags.people) }));
  if (parts.has("age")) console.log(await measureAge({ model, bundle, predictor, seed }));
  await predictor.close();
}
if (parts.has("width")) {
  const widths = flags.widths.split(",").map(Number);
  const first = cohortModel(widths[0]).attributes.map(({ name }) => name);
  for (const width of widths) {
    const { bundle, predictor } = await learn(width);
    console.log(await measureWidth({ model: cohortModel(width), bundle, predictor, seed, scored: first }));
    await predictor.close();
  }
}
