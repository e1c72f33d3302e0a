import { VhgmError } from "../base/errors.js";
import { guessAttribute } from "./guess.js";
import { readColumn, type JudgedColumn } from "./judged.js";
import { withKnown, type KnownColumn } from "./known.js";
import type { CellNote, ColumnProfile } from "./profile.js";
import type { Attribute, Schema } from "./schema.js";
import { findSkipPatterns } from "./skip.js";
import { percent, quote, suggest } from "./suggest.js";

export type { ColumnProfile } from "./profile.js";
export { createProfiler, type Profiler, type ProfilerOptions } from "./profiler.js";

/** Why an attribute came out as it did, and what a person may want to change. */
export interface AttributeNote {
  name: string;
  /** In plain words. Names the row of a cell that does not fit. */
  reason: string;
  /** Dictionary lines that are not applied, "field: value  # why", or a sentence on what to do with the table. */
  suggestions: string[];
  /** Share of rows without a value, 0 to 1. */
  missingRate: number;
  /** Rows with a value. */
  observed: number;
  /** Different values; an estimate above the profiler's cap. */
  distinct: number;
}

export interface InferredSchema {
  schema: Schema;
  notes: AttributeNote[];
}

export interface InferOptions {
  /** Label of each column where the file has one. */
  labels?: readonly (string | undefined)[];
  /** Native type of each column where the file has one, for instance VARCHAR or DOUBLE. */
  nativeTypes?: readonly (string | undefined)[];
  /** What a codebook says of each column, where there is one. The profiles must have been made with its missing texts. */
  known?: readonly (KnownColumn | undefined)[];
}

/**
 * Guesses what every column is, by the rules in guess.ts. A guess is a default for a person to edit in the dictionary;
 * suggestions (missing codes, weights, skip patterns) are reported, not applied.
 * @throws VhgmError("schema") for a table without columns.
 */
export function inferSchema(profiles: readonly ColumnProfile[], options: InferOptions = {}): InferredSchema {
  const { labels = [], nativeTypes = [], known = [] } = options;
  if (profiles.length === 0) throw new VhgmError("schema", "The table has no columns; a schema needs at least one.");
  const notes: AttributeNote[] = [];
  const attributes = profiles.map((profile, j): Attribute => {
    const column = readColumn(profile, nativeTypes[j]);
    const { attribute, reason, suggestions = [] } = withKnown(guessAttribute(column), column, known[j]);
    notes.push({
      name: profile.name,
      reason: [reason, ...describeHoles(column), ...describeExtreme(profile.firstExtreme)].join(" "),
      suggestions,
      missingRate: profile.rows > 0 ? 1 - column.observed / profile.rows : 0,
      observed: column.observed,
      distinct: column.distinct,
    });
    const label = known[j]?.label ?? labels[j];
    return { name: profile.name, ...(label ? { label } : {}), ...attribute };
  });
  for (const [j, { condition, inside, outside }] of findSkipPatterns(attributes, profiles)) {
    const why = `has a value in ${percent(inside)} of the rows where this holds and in ${percent(outside)} of the others`;
    notes[j].suggestions.push(suggest("applies_when", condition, why));
  }
  return { schema: { version: 1, attributes }, notes };
}

/** Says which words were taken for holes, since in another table they may be answers. */
function describeHoles({ values, profile, holes }: JudgedColumn): string[] {
  const words = [...profile.words].filter(([word]) => !values.some((value) => value.text === word));
  const told = words.map(([word, count]) => `${count} cells with ${quote(word)} count as missing.`);
  if (holes.length === 0) return told;
  return [...told, `${profile.observed - profile.numbers.cells} cells with ${holes.map(quote).join(" or ")} count as missing.`];
}

const describeExtreme = (cell: CellNote | undefined): string[] =>
  cell ? [`Row ${cell.row} holds ${quote(cell.text)}, which is beyond 1e30: correct it or list it under missing.`] : [];
