import { VhgmError } from "../base/errors.js";
import { CellsBuilder, matchColumns } from "../data/cells.js";
import { requireWidth, type TextRow } from "../data/table.js";
import { isMissingText } from "../schema/missing.js";
import { compileLess } from "../schema/less.js";
import { compileRules } from "../schema/rules.js";
import type { Schema } from "../schema/schema.js";
import { otherVisits } from "../schema/visits.js";
import { addedColumns } from "./described.js";
import { fillWithDraws, fillWithPoints, type Batch, type Setting } from "./fill.js";
import { createFollower } from "./follow.js";
import { lookAtHoles } from "./holes.js";
import type { Predictor } from "./predictor.js";
import { requireCount, requireLevel } from "./required.js";
import { createRowSeeds } from "./rowSeeds.js";
import { fewestPeople, requireCounts } from "./support.js";
import { createTally, type ImputeReport } from "./tally.js";
import { planTable } from "./targets.js";

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
  const { draws = 0, intervals, why = false, seed = 1, key, rounds, support = false, strict = false, fewest = fewestPeople } = options;
  requireCount(draws, "draws", "draws");
  if (intervals !== undefined) requireLevel(intervals, "intervals");
  const { model } = predictor;
  const rules = compileRules(schema);
  const asked = { intervals, why, support };
  const table = planTable({ layout: model.layout, schema, columns, name, asked });
  if (key !== undefined && !columns.includes(key)) throw new VhgmError("usage", `The key column '${key}' is not in ${name}; its columns are ${columns.slice(0, 8).join(", ")}.`);
  if (support || strict) requireCounts(model);
  requireFree(table.added, columns, name);
  const keyAt = key === undefined ? -1 : columns.indexOf(key);
  const rowSeeds = createRowSeeds(seed);
  const tally = createTally(schema, rules, table, rowSeeds.repeated);
  const follower = createFollower({ model, schema, rules, matched: table.matched, targets: table.targets });
  const setting: Setting = { predictor, rules, less: compileLess(schema), everyone: rules.attributes.map(() => true), table, follower, asked, draws, rounds, tally };

  /** Reads a batch and counts what is met in it. */
  function readBatch(rows: readonly TextRow[]): Batch {
    requireWidth(rows, columns.length, name, tally.rows);
    const builder = new CellsBuilder(schema, columns, name, tally.rows);
    builder.add(rows);
    const cells = builder.finish();
    const empty = rows.map((row) => Uint8Array.from(table.matched, ({ at, attribute }) => (at < 0 || isMissingText(row[at], attribute) ? 1 : 0)));
    const holes = lookAtHoles({ model, rules, cells, isHole: (r, place) => empty[r][place] === 1, strict, fewest });
    tally.addRows({ rows, cells, unknownLevels: builder.unknownLevels, blank: empty.filter((row) => !row.includes(0)).length, contradictions: holes.contradictions });
    const seeds = draws === 0 ? [] : rows.map((row) => rowSeeds.seed(keyAt < 0 ? undefined : row[keyAt], row));
    return { rows, cells, holes, seeds };
  }

  return {
    columns: [...columns, ...table.added],
    tables: Math.max(1, draws),
    async complete(rows) {
      // Batches may be under way side by side: what counts rows is done before anything is waited for.
      const batch = readBatch(rows);
      return draws === 0 ? [await fillWithPoints(setting, batch)] : fillWithDraws(setting, batch);
    },
    report: tally.report,
  };
}
