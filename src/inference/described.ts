/** Columns that say more about filled cells: bounds, similar people, support. */
import type { Column } from "../data/layout.js";
import type { Distribution } from "../model/likelihoods/index.js";
import type { PredictModel } from "../model/trained.js";
import type { Attribute } from "../schema/schema.js";
import type { Outputs } from "./decide.js";
import { centralInterval, columnDistribution } from "./distribution.js";
import { explain } from "./why.js";

/** What is asked of each filled column. */
export interface Asked {
  /** Level of the intervals; none by default. */
  readonly intervals?: number;
  readonly why: boolean;
  readonly support: boolean;
}

/** A column that is filled. */
export interface DescribedColumn {
  readonly column: Column;
  /** Place in the layout. */
  readonly j: number;
  write(value: number): string;
  /** Whether the column's unit turns the order of values round. */
  readonly reversed: boolean;
}

/** A filled cell. */
export interface FilledCell extends Outputs {
  /** What it was filled with, where it got its best point; NaN for draws. */
  readonly point: number;
  /** What its point was taken from, where that is known already. */
  readonly distribution?: Distribution;
  readonly support: number;
}

/** Whether an interval means something: for numbers and ordered levels. */
const hasBounds = ({ type }: Attribute): boolean => type !== "categorical" && type !== "binary";

/** Names of the added columns: bounds for numbers and ordered levels, the level's probability for the others. */
export function addedColumns({ name, ...attribute }: Attribute, { intervals, why, support }: Asked): string[] {
  const bounds = intervals === undefined ? [] : hasBounds({ name, ...attribute }) ? [`${name}_low`, `${name}_high`] : [`${name}_probability`];
  return [...bounds, ...(why ? [`${name}_similar_people`] : []), ...(support ? [`${name}_support`] : [])];
}

/** The added cells of a filled cell, in the order of `addedColumns`. */
export function describeCell(model: PredictModel, target: DescribedColumn, { intervals, why, support }: Asked, cell: FilledCell): string[] {
  const { paths, i } = cell;
  const out = intervals === undefined ? [] : intervalCells(model, target, intervals, cell);
  if (why) {
    const { similarPeople } = explain(model, paths, i, target.j);
    out.push(similarPeople === null ? "" : similarPeople.toFixed(1));
  }
  if (support) out.push(String(Number(cell.support.toFixed(3))));
  return out;
}

/** The central interval, as wide as it must be to hold the point: the mean of a skewed number may lie beyond a narrow one. */
function intervalCells(model: PredictModel, { column: { attribute }, j, write, reversed }: DescribedColumn, level: number, { paths, i, point, distribution = columnDistribution(model, paths, i, j) }: FilledCell): string[] {
  if (!hasBounds(attribute)) return [Math.exp(distribution.logProb(distribution.mode())).toFixed(4)];
  const [low, high] = centralInterval(distribution, level);
  const bounds = Number.isNaN(point) ? [low, high] : [Math.min(low, point), Math.max(high, point)];
  const texts = bounds.map(write);
  return reversed ? texts.reverse() : texts;
}
