import { createRng } from "../../base/random.js";
import { CellsBuilder, type Cells } from "../../data/cells.js";
import { average, moments } from "../../evaluation/columns.js";
import { columnDistribution } from "../../inference/distribution.js";
import { predictCells, type Predictor } from "../../inference/predictor.js";
import { randomisedPit } from "../../model/likelihoods/index.js";
import type { TextRow } from "../../data/table.js";
import type { Schema } from "../../schema/schema.js";
import type { DemoTable } from "./people.js";

/** How well hidden cells were filled, as averages over columns. */
export interface FillScore {
  /** Root mean squared error of numbers, in standard deviations of the complete column. */
  readonly nrmse: number;
  /** Share of right levels. */
  readonly accuracy: number;
}

export interface DemoScore {
  readonly hiddenCells: number;
  readonly model: FillScore;
  /** Every hole filled with the column's mean or commonest level. */
  readonly constant: FillScore;
  /** Share of hidden numbers inside their 90% interval, ties broken at random (randomised probability integral transform). */
  readonly coverage: number;
}

const intervalLevel = 0.9;
const stream = 0xc0fe;

/** Compares completed tables with the truth at the hidden cells, and the model's densities with it too. */
export async function scoreDemo(predictor: Predictor, schema: Schema, tables: readonly { readonly table: DemoTable; readonly completed: readonly TextRow[] }[]): Promise<DemoScore> {
  const scores: TableScore[] = [];
  for (const { table, completed } of tables) scores.push(await scoreTable(predictor, schema, table, completed));
  const total = (key: "hiddenCells" | "numbers" | "covered"): number => scores.reduce((sum, score) => sum + score[key], 0);
  return {
    hiddenCells: total("hiddenCells"),
    model: fillScore(scores.flatMap(({ own }) => own)),
    constant: fillScore(scores.flatMap(({ constant }) => constant)),
    coverage: total("covered") / total("numbers"),
  };
}

interface TableScore {
  readonly own: readonly ColumnScore[];
  readonly constant: readonly ColumnScore[];
  readonly hiddenCells: number;
  readonly numbers: number;
  readonly covered: number;
}

async function scoreTable(predictor: Predictor, schema: Schema, table: DemoTable, completed: readonly TextRow[]): Promise<TableScore> {
  const read = (rows: readonly TextRow[]): Cells => {
    const builder = new CellsBuilder(schema, table.columns, `the demo's ${table.name}`);
    builder.add(rows);
    return builder.finish();
  };
  const truth = read(table.truth);
  const given = read(table.rows);
  const filled = read(completed);
  const { model } = predictor;
  const paths = await predictCells(predictor, given);
  const rng = createRng(stream);
  const own: ColumnScore[] = [];
  const constant: ColumnScore[] = [];
  let covered = 0;
  let numbers = 0;
  let hiddenCells = 0;
  model.layout.columns.forEach(({ source, kind, attribute }, j) => {
    const at = table.columns.indexOf(attribute.name);
    // Where a person's age or sex was hidden and filled otherwise, an attribute may rightly stay empty.
    const rows = table.hidden.flatMap((columns, i) => (columns.includes(at) && !Number.isNaN(filled.values[source][i]) ? [i] : []));
    if (rows.length === 0) return;
    hiddenCells += rows.length;
    const target = rows.map((i) => truth.values[source][i]);
    const seen = [...given.values[source]].filter((x) => !Number.isNaN(x));
    const score = kind === "number" ? rootError(target, [...truth.values[source]]) : shareRight(target);
    own.push({ kind, value: score(rows.map((i) => filled.values[source][i])) });
    const single = kind === "number" ? average(seen) : commonest(seen);
    constant.push({ kind, value: score(rows.map(() => single)) });
    if (kind !== "number") return;
    const { resolution } = model.grids.grids[j];
    const margin = (1 - intervalLevel) / 2;
    rows.forEach((i, k) => {
      const pit = randomisedPit(columnDistribution(model, paths, i, j), target[k], resolution, rng.uniform());
      numbers++;
      if (pit >= margin && pit <= 1 - margin) covered++;
    });
  });
  return { own, constant, hiddenCells, numbers, covered };
}

interface ColumnScore {
  readonly kind: "number" | "levels";
  readonly value: number;
}

const fillScore = (scores: readonly ColumnScore[]): FillScore => {
  const of = (kind: ColumnScore["kind"]): number => average(scores.filter((s) => s.kind === kind).map((s) => s.value));
  return { nrmse: of("number"), accuracy: of("levels") };
};

function rootError(target: readonly number[], column: readonly number[]): (filled: readonly number[]) => number {
  const { sd } = moments(column.filter((x) => !Number.isNaN(x)));
  return (filled) => Math.sqrt(average(filled.map((x, i) => (x - target[i]) ** 2))) / sd;
}

const shareRight = (target: readonly number[]) => (filled: readonly number[]): number => average(filled.map((x, i) => (x === target[i] ? 1 : 0)));

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const x of values) counts.set(x, (counts.get(x) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
