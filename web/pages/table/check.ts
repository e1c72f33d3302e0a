import { cellReader } from "../../../src/data/cells.js";
import type { KnownAttribute, TextTable } from "../../backend/backend.js";
import { isLevels } from "../../format.js";
import { asAttribute, type MatchedColumn } from "./match.js";

/** Cells of one attribute that are kept as they stand, although the model has not seen their like. */
export interface OddCells {
  readonly attribute: KnownAttribute;
  readonly count: number;
  /** The first of them, as the file has it. */
  readonly first: string;
}

export interface CheckedCells {
  /** Levels that the model does not know: they are not used. */
  readonly unknown: readonly OddCells[];
  /** Numbers beyond those that the model has learned from. */
  readonly outside: readonly OddCells[];
}

/** Relative to the range: what a conversion of units and back may lose. */
const slack = 1e-6;

/**
 * Reads every cell of the known columns as a completion does, before anything is completed: a table is asked for in parts,
 * none of which knows the rows before it.
 * @param file the file's name, for messages
 * @throws VhgmError "data" for a text in a column of numbers or dates, with its row
 */
export function checkCells({ rows }: TextTable, matched: readonly MatchedColumn[], file: string): CheckedCells {
  const unknown: OddCells[] = [];
  const outside: OddCells[] = [];
  matched.forEach(({ attribute, conversion }, c) => {
    if (!attribute) return;
    const reader = cellReader(asAttribute(attribute), conversion);
    const { low = -Infinity, high = Infinity } = attribute.range ?? {};
    const tolerance = high - low < Infinity ? slack * (high - low) : 0;
    let count = 0;
    let first = "";
    rows.forEach((row, r) => {
      const value = reader.read(row[c], () => `row ${r + 1} of ${file}`);
      if (isLevels(attribute) || !(value < low - tolerance || value > high + tolerance)) return;
      if (count++ === 0) first = row[c];
    });
    if (count > 0) outside.push({ attribute, count, first });
    if (reader.unknown > 0) unknown.push({ attribute, count: reader.unknown, first: reader.firstUnknown! });
  });
  return { unknown, outside };
}
