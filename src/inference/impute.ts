import { VhgmError } from "../base/errors.js";
import { CellsBuilder, matchColumns, valueWriter } from "../data/cells.js";
import { encodeCells } from "../data/encode.js";
import type { TextRow } from "../data/table.js";
import { isMissingText } from "../schema/missing.js";
import type { Attribute, Schema } from "../schema/schema.js";
import type { MemberPaths } from "../model/predictive.js";
import { bestPoint, centralInterval, columnDistribution } from "./distribution.js";
import { createRowSeeds, drawHoles } from "./draws.js";
import type { Predictor } from "./predictor.js";
import { explain } from "./why.js";

export interface ImputeOptions {
  /** Joint draws per row (multiple imputation); 0 gives the best point of each hole. */
  readonly draws?: number;
  /** Level of the intervals that are added as columns; none by default. */
  readonly intervals?: number;
  /** Adds, per filled column, the effective number of similar people that the answer rests on. */
  readonly why?: boolean;
  readonly seed?: number;
  /** Column that names a person: draws then do not depend on the order of rows. */
  readonly key?: string;
  readonly rounds?: number;
}

/** Completes batches of one table, one after the other; memory does not grow with the table. */
export interface Imputer {
  /** Columns of the output: the input's in their order and spelling, then those that the options add. */
  readonly columns: readonly string[];
  /** How many completed tables come back: 1, or one per draw. */
  readonly tables: number;
  /** Completes rows; observed cells come back as they stood. @returns one list of rows per completed table */
  complete(rows: readonly TextRow[]): Promise<TextRow[][]>;
  /** What was met so far, for messages. */
  report(): ImputeReport;
}

export interface ImputeReport {
  readonly rows: number;
  readonly filled: number;
  /** Holes of attributes of which nothing is known. */
  readonly left: number;
  readonly unknownLevels: readonly { readonly name: string; readonly text: string; readonly count: number }[];
  /** Attributes of the model that the table lacks; they are taken as not measured. */
  readonly absent: readonly string[];
  /** Columns that the model does not know; they are copied. */
  readonly extra: readonly string[];
}

/** @throws VhgmError code 'usage' when no column is known to the model, or an added column's name is taken */
export function createImputer(predictor: Predictor, schema: Schema, columns: readonly string[], name: string, options: ImputeOptions = {}): Imputer {
  const { draws = 0, intervals, why = false, seed = 1, key } = options;
  const { layout } = predictor.model;
  const matched = matchColumns(schema, columns, name);
  const targets = layout.columns.flatMap((column, j) => {
    const { at, conversion } = matched[column.source];
    return at < 0 ? [] : [{ column, j, at, write: valueWriter(column.attribute, conversion), reversed: (conversion?.multiply ?? 1) < 0 }];
  }).sort((a, b) => a.at - b.at);
  if (targets.length === 0) {
    const known = layout.columns.slice(0, 6).map((c) => c.attribute.name).join(", ");
    throw new VhgmError("usage", `No column of ${name} is an attribute of the model; the model knows ${known}${layout.columns.length > 6 ? ", …" : ""}.`);
  }
  if (key !== undefined && !columns.includes(key)) throw new VhgmError("usage", `The key column '${key}' is not in ${name}; its columns are ${columns.slice(0, 8).join(", ")}.`);
  const keyAt = key === undefined ? -1 : columns.indexOf(key);
  const added = addedColumns(targets.map((t) => t.column.attribute), intervals, why);
  for (const extra of added) if (columns.includes(extra)) throw new VhgmError("usage", `${name} already has a column '${extra}', which --intervals or --why would add; rename it.`);
  const unlearned = matched.filter(({ attribute, at }) => at >= 0 && layout.empty.includes(attribute.name));
  const wanted = new Set(targets.map((t) => t.j));
  const rowSeeds = createRowSeeds(seed);
  const unknown = new Map<string, { name: string; text: string; count: number }>();
  let rowsSeen = 0;
  let filled = 0;
  let left = 0;

  const isHole = (row: TextRow, at: number, source: number): boolean => isMissingText(row[at], matched[source].attribute);

  async function complete(rows: readonly TextRow[]): Promise<TextRow[][]> {
    const cells = new CellsBuilder(schema, columns, name, rowsSeen);
    cells.add(rows);
    for (const u of cells.unknownLevels) {
      const known = unknown.get(u.name);
      unknown.set(u.name, known ? { ...known, count: known.count + u.count } : u);
    }
    rowsSeen += rows.length;
    const encoded = encodeCells(cells.finish(), layout);
    for (const row of rows) {
      for (const { at, column } of targets) if (isHole(row, at, column.source)) filled++;
      for (const { attribute, at } of unlearned) if (isMissingText(row[at], attribute)) left++;
    }
    const extras = added.length > 0 || draws === 0 ? await predictor.run(encoded) : [];
    const described = rows.map((row, r) => describe(row, r, extras));
    if (draws === 0) return [rows.map((row, r) => [...fillPoint(row, r, extras), ...described[r]])];
    const seeds = rows.map((row) => rowSeeds.seed(keyAt < 0 ? undefined : row[keyAt], row));
    const tables: TextRow[][] = [];
    for (let k = 0; k < draws; k++) {
      const drawn = await drawHoles(predictor, encoded, seeds, k, k % predictor.model.memberCount, { rounds: options.rounds, wanted });
      tables.push(rows.map((row, r) => {
        const out = [...row];
        for (const { at, column, j, write } of targets) if (isHole(row, at, column.source)) out[at] = write(drawn[r][j]);
        return [...out, ...described[r]];
      }));
    }
    return tables;
  }

  function fillPoint(row: TextRow, r: number, paths: readonly MemberPaths[]): string[] {
    const out = [...row];
    for (const { at, column, j, write } of targets) {
      if (isHole(row, at, column.source)) out[at] = write(bestPoint(predictor.model, paths, r, j));
    }
    return out;
  }

  function describe(row: TextRow, r: number, paths: readonly MemberPaths[]): string[] {
    if (added.length === 0) return [];
    return targets.flatMap((target) => {
      const { at, column, j } = target;
      const hole = isHole(row, at, column.source);
      const out: string[] = [];
      if (intervals !== undefined) out.push(...(hole ? intervalCells(paths, r, target, intervals) : hasBounds(column.attribute) ? ["", ""] : [""]));
      if (why) {
        const similar = hole ? explain(predictor.model, paths, r, j).similarPeople : null;
        out.push(similar === null ? "" : similar.toFixed(1));
      }
      return out;
    });
  }

  function intervalCells(paths: readonly MemberPaths[], r: number, { j, write, reversed }: (typeof targets)[number], level: number): string[] {
    const { attribute } = layout.columns[j];
    const distribution = columnDistribution(predictor.model, paths, r, j);
    if (!hasBounds(attribute)) return [Math.exp(distribution.logProb(distribution.mode())).toFixed(4)];
    const bounds = centralInterval(distribution, level).map(write);
    return reversed ? bounds.reverse() : bounds;
  }

  const absent = matched.filter((m) => m.at < 0).map((m) => m.attribute.name);
  const known = new Set([...schema.attributes.flatMap((a) => [a.name, ...(a.aliases ?? [])]), ...matched.flatMap(({ at }) => (at < 0 ? [] : [columns[at]]))]);
  const extra = columns.filter((c) => !known.has(c));
  return {
    columns: [...columns, ...added],
    tables: Math.max(1, draws),
    complete,
    report: () => ({ rows: rowsSeen, filled, left, unknownLevels: [...unknown.values()], absent, extra }),
  };
}

/** Whether an interval means something: for numbers and ordered levels. */
const hasBounds = ({ type }: Attribute): boolean => type !== "categorical" && type !== "binary";

/** Names of the added columns: bounds for numbers and ordered levels, the level's probability for the others. */
function addedColumns(attributes: readonly Attribute[], intervals: number | undefined, why: boolean): string[] {
  return attributes.flatMap((attribute) => {
    const { name } = attribute;
    const bounds = intervals === undefined ? [] : hasBounds(attribute) ? [`${name}_low`, `${name}_high`] : [`${name}_probability`];
    return why ? [...bounds, `${name}_similar_people`] : bounds;
  });
}
