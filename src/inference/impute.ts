import { VhgmError } from "../base/errors.js";
import { createBeyond, type BeyondReport } from "../data/beyond.js";
import { CellsBuilder, matchColumns, valueWriter } from "../data/cells.js";
import { requireWidth, type TextRow } from "../data/table.js";
import type { Distribution } from "../model/likelihoods/index.js";
import { isMissingText } from "../schema/missing.js";
import { compileRules, whichApply } from "../schema/rules.js";
import type { Schema } from "../schema/schema.js";
import type { Truth } from "../schema/truth.js";
import { otherVisits } from "../schema/visits.js";
import { decideRows, type Outputs } from "./decide.js";
import { addedColumns, describeCell } from "./described.js";
import { bestPoint, columnDistribution } from "./distribution.js";
import { drawHoles } from "./draws.js";
import { createFollower } from "./follow.js";
import { recorded } from "./gates.js";
import { lookAtHoles, type Fate } from "./holes.js";
import type { Predictor } from "./predictor.js";
import { requireCount, requireLevel } from "./required.js";
import { createRowSeeds } from "./rowSeeds.js";
import { fewestPeople, requireCounts } from "./support.js";
import { countUntouched, type UntouchedColumn } from "./untouched.js";

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
  /** Adds, per filled column, the share of the row's observed attributes that were seen together with it in training. */
  readonly support?: boolean;
  /** Leaves cells empty whose answer assumes independence of attributes that were not seen together. */
  readonly strict?: boolean;
  /** Pairs seen in fewer people than this count as not seen together. */
  readonly fewest?: number;
}

/** Completes batches of one table, begun one after the other; the next may begin before one has ended. Memory does not grow with the table. */
export interface Imputer {
  /** Columns of the output: the input's in their order and spelling, then those that the options add. */
  readonly columns: readonly string[];
  /** How many completed tables come back: 1, or one per draw. */
  readonly tables: number;
  /**
   * Completes rows; observed cells come back as they stood.
   * @returns one list of rows per completed table
   * @throws VhgmError 'data' for a row of another length than the columns, and for text in a column of numbers
   */
  complete(rows: readonly TextRow[]): Promise<TextRow[][]>;
  /** What was met so far, for messages. */
  report(): ImputeReport;
}

export interface ImputeReport {
  readonly rows: number;
  readonly filled: number;
  /** Rows without a single value of an attribute. */
  readonly blankRows: number;
  /** Holes of attributes of which nothing is known. */
  readonly left: number;
  /** Cells that stay empty because the attribute does not apply to the person; with draws, in the first table. */
  readonly doNotApply: number;
  /** Cells that stay empty because it cannot be known whether the attribute applies. */
  readonly undecided: number;
  /** Cells with a value although the attribute does not apply, by attribute: kept, and not used. */
  readonly contradictions: readonly { readonly name: string; readonly condition: string; readonly count: number }[];
  /** Cells that stay empty because their answer would rest on attributes that were not seen together (`strict`). */
  readonly withheld: number;
  readonly unknownLevels: readonly { readonly name: string; readonly text: string; readonly count: number }[];
  /** Values beyond the dictionary's range, by attribute; they are kept. */
  readonly beyond: readonly BeyondReport[];
  /** Attributes of the model that the table lacks; they are taken as not measured. */
  readonly absent: readonly string[];
  /** Columns that the model does not know; they are copied. */
  readonly extra: readonly string[];
  /** A key of several rows, whose draws then rest on the same random numbers. */
  readonly repeatedKey?: string;
  /** All columns that are copied: those, others that are no part of the model, and those of which nothing is known. */
  readonly untouched: readonly UntouchedColumn[];
}

/**
 * For before long work: what the options add to the columns that a dictionary knows.
 * @throws VhgmError code 'usage' when an added column's name is taken
 */
export function checkAddedColumns(schema: Schema, columns: readonly string[], name: string, { intervals, why = false, support = false }: ImputeOptions): void {
  const others = otherVisits(schema);
  const filled = matchColumns(schema, columns, name).filter(({ at, attribute }) => at >= 0 && !others.has(attribute.name));
  requireFree(filled.flatMap(({ attribute }) => addedColumns(attribute, { intervals, why, support })), columns, name);
}

function requireFree(added: readonly string[], columns: readonly string[], name: string): void {
  const taken = added.find((extra) => columns.includes(extra));
  if (taken !== undefined) throw new VhgmError("usage", `${name} already has a column '${taken}', which --intervals, --why or --support would add; rename it.`);
}

/**
 * @throws VhgmError code 'usage' when no column is known to the model, an added column's name is taken, draws or the level of
 *   intervals are none, or a model of an older program does not know what was seen together
 */
export function createImputer(predictor: Predictor, schema: Schema, columns: readonly string[], name: string, options: ImputeOptions = {}): Imputer {
  const { draws = 0, intervals, why = false, seed = 1, key, support = false, strict = false, fewest = fewestPeople } = options;
  requireCount(draws, "draws", "draws");
  if (intervals !== undefined) requireLevel(intervals, "intervals");
  const { model } = predictor;
  const { layout } = model;
  const rules = compileRules(schema);
  const ruled = rules.rules.length > 0;
  const matched = matchColumns(schema, columns, name);
  const others = otherVisits(schema);
  const asked = { intervals, why, support };
  const targets = layout.columns.flatMap((column, j) => {
    const { at, conversion } = matched[column.source];
    if (at < 0 || others.has(column.attribute.name)) return [];
    return [{ column, j, at, write: valueWriter(column.attribute, conversion), reversed: (conversion?.multiply ?? 1) < 0, added: addedColumns(column.attribute, asked) }];
  }).sort((a, b) => a.at - b.at);
  if (targets.length === 0) {
    const known = layout.columns.slice(0, 6).map((c) => c.attribute.name).join(", ");
    throw new VhgmError("usage", `No column of ${name} is an attribute of the model; the model knows ${known}${layout.columns.length > 6 ? ", …" : ""}.`);
  }
  if (key !== undefined && !columns.includes(key)) throw new VhgmError("usage", `The key column '${key}' is not in ${name}; its columns are ${columns.slice(0, 8).join(", ")}.`);
  if (support || strict) requireCounts(model);
  const touched = new Set(targets.map(({ at }) => at));
  const untouched = countUntouched(schema, columns, columns.flatMap((column, at) => (touched.has(at) || others.has(column) ? [] : [at])));
  const keyAt = key === undefined ? -1 : columns.indexOf(key);
  const added = targets.flatMap((target) => target.added);
  requireFree(added, columns, name);
  const unlearned = matched.flatMap(({ attribute, at }, place) => (at >= 0 && layout.empty.includes(attribute.name) ? [place] : []));
  const follower = createFollower({ model, schema, rules, matched, targets });
  const targetAt = new Set(targets.map((t) => t.column.source));
  const rowSeeds = createRowSeeds(seed);
  const unknown = new Map<string, { name: string; text: string; count: number }>();
  const contradictions = new Map<number, number>();
  const counts: Record<Fate, number> = { kept: 0, filled: 0, "does not apply": 0, undecided: 0, withheld: 0, unlearned: 0 };
  const beyond = createBeyond();
  const everyone = rules.attributes.map(() => true);
  let rowsSeen = 0;
  let blankRows = 0;

  async function complete(rows: readonly TextRow[]): Promise<TextRow[][]> {
    requireWidth(rows, columns.length, name, rowsSeen);
    const cells = new CellsBuilder(schema, columns, name, rowsSeen);
    cells.add(rows);
    for (const u of cells.unknownLevels) {
      const known = unknown.get(u.name);
      unknown.set(u.name, known ? { ...known, count: known.count + u.count } : u);
    }
    rowsSeen += rows.length;
    untouched.add(rows);
    // Batches may be under way side by side: what counts rows is done before anything is waited for.
    const seeds = draws === 0 ? [] : rows.map((row) => rowSeeds.seed(keyAt < 0 ? undefined : row[keyAt], row));
    const empty = rows.map((row) => Uint8Array.from(matched, ({ at, attribute }) => (at < 0 || isMissingText(row[at], attribute) ? 1 : 0)));
    blankRows += empty.filter((row) => !row.includes(0)).length;
    const isHole = (r: number, place: number): boolean => empty[r][place] === 1;
    const read = cells.finish();
    beyond.add(read);
    const holes = lookAtHoles({ model, rules, cells: read, isHole, strict, fewest });
    for (const { place } of holes.contradictions) contradictions.set(place, (contradictions.get(place) ?? 0) + 1);
    const startOf = holes.values.map((values) => whichApply(rules, (at) => values[at]));
    const wanted = (r: number, place: number): boolean => {
      const fate = targetAt.has(place) ? holes.fate(r, place, startOf[r] ?? everyone) : "kept";
      return fate === "filled" || fate === "undecided";
    };
    const needsPoints = added.length > 0 || draws === 0;
    const paths = needsPoints ? await predictor.run(holes.encoded) : [];
    const decided = needsPoints && ruled ? await decideRows({ predictor, rules, encoded: holes.encoded, values: holes.values, paths, wanted }) : undefined;
    const outputs = (r: number, place: number): Outputs => decided?.[r].outputs(place) ?? { paths, i: r };
    const fateOf = (r: number, place: number): Fate => holes.fate(r, place, decided?.[r].applies ?? everyone);
    const describe = (r: number, points?: ArrayLike<number>, distributions?: ReadonlyMap<number, Distribution>): string[] =>
      added.length === 0 ? [] : targets.flatMap((target) => {
        const { j, column } = target;
        if (fateOf(r, column.source) !== "filled") return target.added.map(() => "");
        return describeCell(model, { ...target, write: follower.writerOf(column.source) ?? target.write }, asked, { ...outputs(r, column.source), point: points?.[column.source] ?? NaN, distribution: distributions?.get(j), support: holes.support(r, j) });
      });
    /** Fills a row. @returns the cells, and (places) the values that they hold */
    const write = (row: TextRow, r: number, fate: (place: number) => Fate, value: (place: number, j: number) => number, count: boolean): { out: string[]; known: Float64Array } => {
      const out = [...row];
      const known = Float64Array.from(read.values, (column) => column[r]);
      for (const target of targets) {
        const { source } = target.column;
        const become = fate(source);
        if (count) counts[become]++;
        if (become !== "filled") continue;
        const filled = value(source, target.j);
        out[target.at] = target.write(filled);
        known[source] = recorded(filled, target.column.attribute);
      }
      follower.follow(out, known, fate);
      if (count) for (const place of unlearned) counts[fate(place)]++;
      return { out, known };
    };
    if (draws === 0) {
      return [rows.map((row, r) => {
        // A cell's point and its bounds come from the same distribution.
        const distributions = new Map<number, Distribution>();
        const value = (place: number, j: number): number => {
          const chosen = decided ? decided[r].values[place] : NaN;
          if (!Number.isNaN(chosen)) return chosen;
          const { paths: seen, i } = outputs(r, place);
          if (intervals !== undefined) distributions.set(j, columnDistribution(model, seen, i, j));
          return bestPoint(model, seen, i, j, distributions.get(j));
        };
        const { out, known } = write(row, r, (place) => fateOf(r, place), value, true);
        return [...out, ...describe(r, known, distributions)];
      })];
    }
    const described = rows.map((_, r) => describe(r));
    const tables: TextRow[][] = [];
    for (let k = 0; k < draws; k++) {
      const drawn = await drawHoles(predictor, holes.encoded, seeds, k, k % model.memberCount, {
        rounds: options.rounds,
        wanted: (r, j) => wanted(r, layout.columns[j].source),
        rules: ruled ? { rules, values: holes.values } : undefined,
      });
      tables.push(rows.map((row, r) => {
        const applies = ruled ? appliesAfter(holes.values[r], drawn[r]) : everyone;
        return [...write(row, r, (place) => holes.fate(r, place, applies), (_, j) => drawn[r][j], k === 0).out, ...described[r]];
      }));
    }
    return tables;
  }

  /** Which attributes apply once the gates are drawn. */
  function appliesAfter(observed: Float64Array, drawn: Float64Array): Truth[] {
    const values = observed.slice();
    layout.columns.forEach(({ source, attribute }, j) => {
      if (rules.dependents[source].length > 0 && !Number.isNaN(drawn[j])) values[source] = recorded(drawn[j], attribute);
    });
    return whichApply(rules, (at) => values[at]);
  }

  const absent = matched.filter((m) => m.at < 0).map((m) => m.attribute.name);
  const known = new Set([...schema.attributes.flatMap((a) => [a.name, ...(a.aliases ?? [])]), ...matched.flatMap(({ at }) => (at < 0 ? [] : [columns[at]]))]);
  const extra = columns.filter((c) => !known.has(c));
  return {
    columns: [...columns, ...added],
    tables: Math.max(1, draws),
    complete,
    report: () => ({
      rows: rowsSeen,
      filled: counts.filled,
      blankRows,
      left: counts.unlearned,
      doNotApply: counts["does not apply"],
      undecided: counts.undecided,
      withheld: counts.withheld,
      contradictions: [...contradictions].sort(([a], [b]) => a - b).map(([place, count]) => ({ name: rules.attributes[place].name, condition: rules.ruleOf[place]!.text, count })),
      unknownLevels: [...unknown.values()],
      beyond: beyond.report(),
      absent,
      extra,
      untouched: untouched.report(),
      repeatedKey: rowSeeds.repeated(),
    }),
  };
}
