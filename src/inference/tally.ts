/** What is met while a table is completed, for messages. */
import { createBeyond, type BeyondReport } from "../data/beyond.js";
import type { Cells, CellsBuilder } from "../data/cells.js";
import type { TextRow } from "../data/table.js";
import type { Rules } from "../schema/rules.js";
import type { Schema } from "../schema/schema.js";
import type { Fate, Holes } from "./holes.js";
import type { PlannedTable } from "./targets.js";
import { countUntouched, type UntouchedColumn } from "./untouched.js";

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

/** A batch of rows that was read. */
export interface ReadRows {
  readonly rows: readonly TextRow[];
  readonly cells: Cells;
  readonly unknownLevels: CellsBuilder["unknownLevels"];
  /** How many of the rows have no value of any attribute. */
  readonly blank: number;
  readonly contradictions: Holes["contradictions"];
}

/** Counts over the batches of a table. */
export interface Tally {
  /** Rows read so far. */
  readonly rows: number;
  addRows(read: ReadRows): void;
  /** Counts the cells of a row by what becomes of them. */
  addFates(fate: (place: number) => Fate): void;
  report(): ImputeReport;
}

/** @param repeatedKey what rows' seeds know of repeated keys */
export function createTally(schema: Schema, rules: Rules, { columns, targets, copied, unlearned, absent, extra }: PlannedTable, repeatedKey: () => string | undefined): Tally {
  const untouched = countUntouched(schema, columns, copied);
  const beyond = createBeyond();
  const unknown = new Map<string, ImputeReport["unknownLevels"][number]>();
  const contradicted = new Map<number, number>();
  const counts: Record<Fate, number> = { kept: 0, filled: 0, "does not apply": 0, undecided: 0, withheld: 0, unlearned: 0 };
  const counted = [...targets.map(({ column }) => column.source), ...unlearned];
  let rowsSeen = 0;
  let blankRows = 0;
  return {
    get rows() {
      return rowsSeen;
    },
    addRows({ rows, cells, unknownLevels, blank, contradictions }) {
      rowsSeen += rows.length;
      blankRows += blank;
      untouched.add(rows);
      beyond.add(cells);
      for (const level of unknownLevels) {
        const known = unknown.get(level.name);
        unknown.set(level.name, known ? { ...known, count: known.count + level.count } : level);
      }
      for (const { place } of contradictions) contradicted.set(place, (contradicted.get(place) ?? 0) + 1);
    },
    addFates(fate) {
      for (const place of counted) counts[fate(place)]++;
    },
    report: () => ({
      rows: rowsSeen,
      filled: counts.filled,
      blankRows,
      left: counts.unlearned,
      doNotApply: counts["does not apply"],
      undecided: counts.undecided,
      withheld: counts.withheld,
      contradictions: [...contradicted].sort(([a], [b]) => a - b).map(([place, count]) => ({ name: rules.attributes[place].name, condition: rules.ruleOf[place]!.text, count })),
      unknownLevels: [...unknown.values()],
      beyond: beyond.report(),
      absent,
      extra,
      untouched: untouched.report(),
      repeatedKey: repeatedKey(),
    }),
  };
}
