/**
 * How far the exported graph is from the program's own densities: `node dist-bench/bench/exported.js MODEL TABLE [ROWS]`
 * (built by `tsc -p tsconfig.bench.json`). Takes the first rows of a table, hides 40% of their cells, and prints the largest
 * differences over all attributes: of means relative to the mean and in standard deviations, of the cells' and the levels'
 * probabilities, and how many most probable levels differ; then sizes in MB and milliseconds per row on one thread.
 */
import { createRng } from "../src/base/random.js";
import { readBundle } from "../src/bundle/node/files.js";
import { CellsBuilder } from "../src/data/cells.js";
import { encodeCells } from "../src/data/encode.js";
import { openTable } from "../src/data/node/open.js";
import { float64 } from "../src/engine/index.js";
import { openSession } from "../src/engine/node/session.js";
import { openPredictor } from "../src/inference/predictor.js";
import { gridMean } from "../src/model/likelihoods/index.js";
import { levelProbabilities, numberDensity } from "../src/model/predictive.js";
import { valueOrder } from "../src/model/raw/encodeGraph.js";
import { rawGraph } from "../src/model/raw/rawGraph.js";

const [modelFile, tableFile, most = "300"] = process.argv.slice(2);
const { model, schema } = await readBundle(modelFile);
const { layout, grids } = model;
const table = await openTable(tableFile);
const builder = new CellsBuilder(schema, table.columns, table.name);
for await (const batch of table.batches()) builder.add(batch);
const read = builder.finish();
const rows = Math.min(Number(most), read.rows);
const rng = createRng(1);
const cells = { ...read, rows, values: read.values.map((column) => column.slice(0, rows).map((x) => (rng.uniform() < 0.4 ? NaN : x))) };

const predictor = await openPredictor(model, openSession);
const exported = rawGraph(model);
const session = await openSession(exported.onnx, { threads: 1 });
const order = valueOrder(layout);
const numbers = order.filter((j) => j < layout.numbers);
const levelled = order.filter((j) => j >= layout.numbers);
const rawRow = (i: number): number[] => order.map((j) => cells.values[layout.columns[j].source][i]);
const worst = { meanRelative: 0, meanDeviations: 0, cell: 0, level: 0, modes: 0 };
const milliseconds = { paths: 0, exported: 0 };
const timed = async <T>(key: keyof typeof milliseconds, run: () => Promise<T>): Promise<T> => {
  const start = performance.now();
  const result = await run();
  milliseconds[key] += (performance.now() - start) / rows;
  return result;
};

const paths = await timed("paths", () => predictor.run(encodeCells(cells, layout)));
const chunk = 50;
for (let from = 0; from < rows; from += chunk) {
  const count = Math.min(chunk, rows - from);
  const values = Float64Array.from(Array.from({ length: count }, (_, r) => rawRow(from + r)).flat());
  const out = await timed("exported", () => session.run({ values: float64(values, count, order.length) }));
  const at = (name: string, place: number): number => Number(out[name].data[place]);
  for (let r = 0; r < count; r++) {
    numbers.forEach((j, k) => {
      const place = r * numbers.length + k;
      const density = numberDensity(model, paths, from + r, j);
      const mean = gridMean(grids.grids[j], density);
      const off = Math.abs(at("mean", place) - mean);
      worst.meanRelative = Math.max(worst.meanRelative, off / Math.max(Math.abs(mean), 1e-12));
      worst.meanDeviations = Math.max(worst.meanDeviations, off / layout.columns[j].scale);
      density.forEach((p, b) => (worst.cell = Math.max(worst.cell, Math.abs(p - at("density", place * exported.outputs.cells + b)))));
    });
    let first = levelled.length > 0 ? r * out.probabilities.dims[1] : 0;
    for (const j of levelled) {
      const own = levelProbabilities(model, paths, from + r, j);
      const found = own.map((_, level) => at("probabilities", first + level));
      own.forEach((p, level) => (worst.level = Math.max(worst.level, Math.abs(p - found[level]))));
      if (own.indexOf(Math.max(...own)) !== found.indexOf(Math.max(...found))) worst.modes++;
      first += own.length;
    }
  }
}
await predictor.close();
await session.close();
const megabytes = { predict: model.graph.length / 1e6, exported: exported.onnx.length / 1e6 };
console.log(JSON.stringify({ model: modelFile, rows, attributes: order.length, numbers: numbers.length, worst, megabytes, milliseconds }, null, 1));
