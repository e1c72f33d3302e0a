/** What becomes of the columns of a table: which are filled and how, and which are copied. */
import { VhgmError } from "../base/errors.js";
import { matchColumns, valueWriter, type MatchedColumn } from "../data/cells.js";
import type { Layout } from "../data/layout.js";
import type { Schema } from "../schema/schema.js";
import { otherVisits } from "../schema/visits.js";
import { addedColumns, type Asked, type DescribedColumn } from "./described.js";

/** A column that is filled. */
export interface Target extends DescribedColumn {
  /** Place in the table. */
  readonly at: number;
  /** Names of the columns that are added for it. */
  readonly added: readonly string[];
}

/** The columns of a table that is to be completed. */
export interface PlannedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** (places) */
  readonly matched: readonly MatchedColumn[];
  /** In the order of the table. */
  readonly targets: readonly Target[];
  /** Names of the columns that are added for all of them. */
  readonly added: readonly string[];
  /** Where the columns stand that are copied, but for those that tell of other visits. */
  readonly copied: readonly number[];
  /** Places of attributes that the table has and of which nothing is known. */
  readonly unlearned: readonly number[];
  /** Attributes of the model that the table lacks. */
  readonly absent: readonly string[];
  /** Columns that the model does not know. */
  readonly extra: readonly string[];
}

export interface PlanInput {
  readonly layout: Layout;
  readonly schema: Schema;
  readonly columns: readonly string[];
  readonly name: string;
  readonly asked: Asked;
}

/** @throws VhgmError code 'usage' when no column can be filled */
export function planTable({ layout, schema, columns, name, asked }: PlanInput): PlannedTable {
  const matched = matchColumns(schema, columns, name);
  const others = otherVisits(schema);
  const targets = layout.columns.flatMap((column, j): Target[] => {
    const { attribute } = column;
    const { at, conversion } = matched[column.source];
    if (at < 0 || others.has(attribute.name)) return [];
    return [{ column, j, at, write: valueWriter(attribute, conversion), reversed: (conversion?.multiply ?? 1) < 0, added: addedColumns(attribute, asked) }];
  }).sort((a, b) => a.at - b.at);
  if (targets.length === 0) {
    const known = layout.columns.slice(0, 6).map((c) => c.attribute.name).join(", ");
    throw new VhgmError("usage", `No column of ${name} is an attribute of the model; the model knows ${known}${layout.columns.length > 6 ? ", …" : ""}.`);
  }
  const filled = new Set(targets.map(({ at }) => at));
  const known = new Set([...schema.attributes.flatMap((a) => [a.name, ...(a.aliases ?? [])]), ...matched.flatMap(({ at }) => (at < 0 ? [] : [columns[at]]))]);
  return {
    name,
    columns,
    matched,
    targets,
    added: targets.flatMap((target) => target.added),
    copied: columns.flatMap((column, at) => (filled.has(at) || others.has(column) ? [] : [at])),
    unlearned: matched.flatMap(({ attribute, at }, place) => (at >= 0 && layout.empty.includes(attribute.name) ? [place] : [])),
    absent: matched.filter(({ at }) => at < 0).map(({ attribute }) => attribute.name),
    extra: columns.filter((column) => !known.has(column)),
  };
}
