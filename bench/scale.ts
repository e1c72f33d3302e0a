/**
 * What a training step of the set encoder costs on simulated tables of different widths with equally many observed cells:
 *
 *   npm run build && npx tsc -p tsconfig.bench.json && node dist-bench/bench/scale.js 500 1000 2000 4000 8000 [--look]
 *
 * Prints processor time per step and per observed cell (less disturbed by other processes than time on the clock) and the
 * peak memory. With --look, queries attend to the visible cells, too; with --rate .3, that share of what a source measures is
 * observed instead of equally many cells; with --json, a line of JSON per width.
 */
import { parseArgs } from "node:util";
import { createRng } from "../src/base/random.js";
import { planCohort } from "../src/cohort/simulate.js";
import { CellsBuilder } from "../src/data/cells.js";
import { encodeCells } from "../src/data/encode.js";
import { fitLayout } from "../src/data/layout.js";
import { createAdamW } from "../src/engine/index.js";
import { openSession } from "../src/engine/node/session.js";
import { declareNetwork, type NetworkConfig } from "../src/model/network.js";
import { fitFactors } from "../src/model/factorFit.js";
import { fitNeighbours } from "../src/model/neighbourFit.js";
import { neighbourCount } from "../src/model/sparseLinear.js";
import { resolveOptions, trainingDefaults } from "../src/training/options.js";
import { batchRows, openSetFeeds, type BatchRow } from "../src/training/setFeeds.js";
import { setLossGraph } from "../src/training/setGraph.js";
import { setShape } from "../src/training/setShape.js";

const rowsPerSource = 500;
const observedCells = 150;
const steps = 12;
const batch = 256;

/** Three sources' people with 150 observed cells each, or all that their source measures; or with a share of that. */
function simulate(attributes: number, rate: number | null) {
  const plan = planCohort({ seed: 1, rows: { checkup: rowsPerSource, laboratory: rowsPerSource, lifestyle: rowsPerSource }, attributes });
  const names = plan.schema.attributes.map((a) => a.name).filter((name) => name !== "person_id");
  const place = new Map(names.map((name, k) => [name, k]));
  const builder = new CellsBuilder(plan.schema, names, "simulated");
  const rng = createRng(5);
  for (const source of plan.sources) {
    for (let i = 0; i < source.rowCount; i++) {
      const { complete } = source.row(i);
      const known = source.columns.flatMap((name, j) => (place.has(name) && complete[j] !== "" ? [[place.get(name)!, complete[j]] as const] : []));
      const row = names.map(() => "");
      for (let k = 0; k < (rate === null ? Math.min(observedCells, known.length) : rate * known.length); k++) {
        const other = k + rng.int(known.length - k);
        [known[k], known[other]] = [known[other], known[k]];
        row[known[k][0]] = known[k][1];
      }
      builder.add([row]);
    }
  }
  const cells = builder.finish();
  const layout = fitLayout(cells);
  return { layout, table: encodeCells(cells, layout) };
}

/** Cost of a training step, and the peak memory of the process so far. */
export interface Measured {
  readonly attributes: number;
  readonly features: number;
  readonly parameters: number;
  readonly observedPerRow: number;
  readonly stepMs: number;
  readonly cellMicroseconds: number;
  readonly peakMiB: number;
}

async function measure(attributes: number, look: boolean, rate: number | null): Promise<Measured> {
  const { layout, table } = simulate(attributes, rate);
  const d = layout.features;
  const p = layout.columns.length;
  const options = resolveOptions({ ...trainingDefaults, network: "set", batch, queriesSeeTokens: look }, { columns: p, features: d });
  const { width, depth, heads, latents } = options;
  const residual = { kind: "set", width, depth, heads, latents, queriesSeeTokens: look } as const;
  const config: NetworkConfig = { linearRounds: 1, memory: null, residual, gates: { linear: 0.8, memory: 0.2 } };
  const params = declareNetwork(layout, config);
  const frequency = new Float32Array(p);
  table.observed.forEach((bit, at) => (frequency[at % p] += bit / table.rows));
  // Which neighbours a column has does not matter to the cost: the next ones.
  const count = neighbourCount(layout);
  const neighbours = Int32Array.from(layout.columns.flatMap((c) => Array.from({ length: count }, (_, k) => (c.first + c.width + k) % d)));
  const linear = fitNeighbours(table, layout, { neighbours, common: new Set() }, await fitFactors(table, layout, openSession), () => [20])[0].map;
  const shape = setShape(layout, frequency, batch, options.queries);
  const sets = await openSetFeeds(layout, shape, linear, 1, openSession);
  const session = await openSession(setLossGraph(layout, residual, params, shape, true));
  const rng = createRng(1);
  let cells = 0;
  const batchOf = (): BatchRow[] => {
    const features = new Float32Array(batch * d);
    const visible = new Float32Array(batch * p);
    const weight = new Float32Array(batch * p);
    for (let r = 0; r < batch; r++) {
      const i = rng.int(table.rows);
      const rate = 0.05 + 0.9 * rng.uniform();
      features.set(table.features.subarray(i * d, (i + 1) * d), r * d);
      for (let j = 0; j < p; j++) {
        if (!table.observed[i * p + j]) continue;
        cells++;
        (rng.uniform() < rate ? weight : visible)[r * p + j] = 1;
      }
    }
    return batchRows(batch, features, visible, weight);
  };
  const optimiser = createAdamW(params.initial(rng), params.decayMask());
  const current = params.feeds(optimiser.theta);
  const gradients = params.gradientOutputs(optimiser.gradient);
  const started = process.cpuUsage();
  for (let taken = 0; taken < steps; taken++) {
    const { feeds } = await sets.next(taken, steps, batchOf, rng);
    await session.run({ ...current, ...feeds }, gradients);
    optimiser.step({ rate: 1e-3, taken, keep: 0.9 });
  }
  const { user, system } = process.cpuUsage(started);
  await session.close();
  await sets.close();
  return {
    attributes: p,
    features: d,
    parameters: params.size,
    observedPerRow: cells / (steps * batch),
    stepMs: (user + system) / 1000 / steps,
    cellMicroseconds: (user + system) / cells,
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { look: { type: "boolean", default: false }, rate: { type: "string" }, json: { type: "boolean", default: false } },
});
for (const width of positionals) {
  const measured = await measure(Number(width), flags.look, flags.rate === undefined ? null : Number(flags.rate));
  const { attributes, features, parameters, stepMs, cellMicroseconds, peakMiB } = measured;
  if (flags.json) console.log(JSON.stringify(measured));
  else console.log(`${attributes} attributes, ${features} features, ${parameters} parameters: ${stepMs.toFixed(0)} ms of processor time a step, ${cellMicroseconds.toFixed(1)} us an observed cell, peak so far ${peakMiB} MiB`);
}
