/** Fills a batch of rows: with the best point of each hole, or with joint draws. */
import type { Cells } from "../data/cells.js";
import type { TextRow } from "../data/table.js";
import type { Distribution } from "../model/likelihoods/index.js";
import type { Less } from "../schema/less.js";
import { whichApply, type Rules } from "../schema/rules.js";
import type { Truth } from "../schema/truth.js";
import { decideRows, type Outputs } from "./decide.js";
import { describeCell, type Asked } from "./described.js";
import { bestPoint, columnDistribution } from "./distribution.js";
import { drawHoles } from "./draws.js";
import type { Follower } from "./follow.js";
import { recorded } from "./gates.js";
import type { Fate, Holes } from "./holes.js";
import { putInOrder } from "./order.js";
import type { Predictor } from "./predictor.js";
import type { Tally } from "./tally.js";
import type { PlannedTable, Target } from "./targets.js";

/** What the steps of an imputation share. */
export interface Setting {
  readonly predictor: Predictor;
  readonly rules: Rules;
  /** Numbers that are smaller than others in everybody. */
  readonly less: readonly Less[];
  /** (places) that every attribute applies: what is said of people where there are no rules. */
  readonly everyone: readonly Truth[];
  readonly table: PlannedTable;
  readonly follower: Follower;
  readonly asked: Asked;
  readonly draws: number;
  /** Most passes per draw. */
  readonly rounds?: number;
  readonly tally: Tally;
}

/** Rows to be filled. */
export interface Batch {
  readonly rows: readonly TextRow[];
  /** The rows as they were read. */
  readonly cells: Cells;
  readonly holes: Holes;
  /** (rows) what draws start from; empty where none are wanted. */
  readonly seeds: readonly number[];
}

/** Fills holes with their best points. */
export async function fillWithPoints(setting: Setting, batch: Batch): Promise<TextRow[]> {
  const { predictor: { model }, asked, tally } = setting;
  const answers = await askModel(setting, batch);
  return batch.rows.map((_, r) => {
    // A cell's point and its bounds come from the same distribution.
    const distributions = new Map<number, Distribution>();
    const pointOf = ({ column, j }: Target): number => {
      const decided = answers.decided(r, column.source);
      if (!Number.isNaN(decided)) return decided;
      const { paths, i } = answers.outputs(r, column.source);
      if (asked.intervals !== undefined) distributions.set(j, columnDistribution(model, paths, i, j));
      return bestPoint(model, paths, i, j, distributions.get(j));
    };
    const fate = (place: number): Fate => answers.fate(r, place);
    const { out, known } = fillRow(setting, batch, r, fate, pointOf);
    tally.addFates(fate);
    return [...out, ...describeRow(setting, batch, r, answers, known, distributions)];
  });
}

/**
 * Fills holes with draws; what is told of a cell beside them is the same in each table.
 * @returns one list of rows per draw
 */
export async function fillWithDraws(setting: Setting, batch: Batch): Promise<TextRow[][]> {
  const { predictor, rules, table, draws, rounds, tally } = setting;
  const { holes } = batch;
  const { layout, memberCount } = predictor.model;
  const answers = table.added.length > 0 ? await askModel(setting, batch) : undefined;
  const described = batch.rows.map((_, r) => (answers ? describeRow(setting, batch, r, answers) : []));
  const wanted = wantedHoles(setting, batch);
  const tables: TextRow[][] = [];
  for (let k = 0; k < draws; k++) {
    const drawn = await drawHoles(predictor, holes.encoded, batch.seeds, k, k % memberCount, {
      rounds,
      wanted: (r, j) => wanted(r, layout.columns[j].source),
      rules: rules.rules.length > 0 ? { rules, values: holes.values } : undefined,
    });
    tables.push(batch.rows.map((_, r) => {
      const applies = appliesAfter(setting, holes, r, drawn[r]);
      const fate = (place: number): Fate => holes.fate(r, place, applies);
      if (k === 0) tally.addFates(fate);
      return [...fillRow(setting, batch, r, fate, ({ j }) => drawn[r][j]).out, ...described[r]];
    }));
  }
  return tables;
}

/** What the model says of a batch, by row and place. */
interface Answers {
  fate(row: number, place: number): Fate;
  /** Outputs of the graph to answer from. */
  outputs(row: number, place: number): Outputs;
  /** What a gate was filled with to decide on others; NaN for holes that were not. */
  decided(row: number, place: number): number;
}

async function askModel(setting: Setting, batch: Batch): Promise<Answers> {
  const { predictor, rules, everyone } = setting;
  const { holes } = batch;
  const paths = await predictor.run(holes.encoded);
  if (rules.rules.length === 0) return { fate: (r, place) => holes.fate(r, place, everyone), outputs: (r) => ({ paths, i: r }), decided: () => NaN };
  const people = await decideRows({ predictor, rules, encoded: holes.encoded, values: holes.values, paths, wanted: wantedHoles(setting, batch) });
  return {
    fate: (r, place) => holes.fate(r, place, people[r].applies),
    outputs: (r, place) => people[r].outputs(place),
    decided: (r, place) => people[r].values[place],
  };
}

/** Whether a hole is to be filled, if what decides on it lets it be. */
function wantedHoles({ rules, everyone, table }: Setting, { holes }: Batch): (row: number, place: number) => boolean {
  const places = new Set(table.targets.map(({ column }) => column.source));
  const start = holes.values.map((values) => whichApply(rules, (at) => values[at]));
  return (r, place) => {
    const fate = places.has(place) ? holes.fate(r, place, start[r] ?? everyone) : "kept";
    return fate === "filled" || fate === "undecided";
  };
}

/** Which attributes apply once the gates are drawn. */
function appliesAfter({ predictor, rules, everyone }: Setting, holes: Holes, r: number, drawn: Float64Array): readonly Truth[] {
  if (rules.rules.length === 0) return everyone;
  const values = holes.values[r].slice();
  predictor.model.layout.columns.forEach(({ source, attribute }, j) => {
    if (rules.dependents[source].length > 0 && !Number.isNaN(drawn[j])) values[source] = recorded(drawn[j], attribute);
  });
  return whichApply(rules, (at) => values[at]);
}

/** @returns the cells of a row, and (places) the values that they hold */
function fillRow({ table, follower, rules, less }: Setting, { rows, cells }: Batch, r: number, fate: (place: number) => Fate, valueOf: (target: Target) => number): { out: string[]; known: Float64Array } {
  const out = [...rows[r]];
  const known = Float64Array.from(cells.values, (column) => column[r]);
  for (const target of table.targets) {
    const { source, attribute } = target.column;
    if (fate(source) !== "filled") continue;
    const value = valueOf(target);
    out[target.at] = target.write(value);
    known[source] = recorded(value, attribute);
  }
  const moved = putInOrder(less, rules.attributes, known, (place) => fate(place) === "filled");
  for (const { at, column, write } of moved.size > 0 ? table.targets : []) if (moved.has(column.source)) out[at] = write(known[column.source]);
  follower.follow(out, known, fate);
  return { out, known };
}

/**
 * The cells of a row's added columns.
 * @param points (places) what the row was filled with, where it got best points
 * @param distributions by column of the layout: what points were taken from
 */
function describeRow({ predictor, table, follower, asked }: Setting, { holes }: Batch, r: number, answers: Answers, points?: Float64Array, distributions?: ReadonlyMap<number, Distribution>): string[] {
  if (table.added.length === 0) return [];
  return table.targets.flatMap((target) => {
    const { j, column: { source }, added } = target;
    if (answers.fate(r, source) !== "filled") return added.map(() => "");
    const column = { ...target, write: follower.writerOf(source) ?? target.write };
    return describeCell(predictor.model, column, asked, { ...answers.outputs(r, source), point: points?.[source] ?? NaN, distribution: distributions?.get(j), support: holes.support(r, j) });
  });
}
