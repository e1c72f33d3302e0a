import { VhgmError } from "../base/errors.js";
import { parseDecimal } from "../schema/values.js";
import type { Attribute, Schema } from "../schema/schema.js";
import { matchColumn, matchColumns, type Cells } from "./cells.js";
import { isJoined, type Source } from "./sources.js";
import type { Table, TextRow } from "./table.js";

/** What rows count for and where they come from, read beside their cells. */
export type Origins = Pick<Cells, "weight" | "source" | "origins" | "sources">;

export interface OriginsReader {
  /** @throws VhgmError "data" for a weight that is no number, or below 0; a row of weight 0 is read, but nothing is learned for its sake */
  add(rows: readonly TextRow[]): void;
  finish(): Origins;
}

/**
 * Reads the column of role weight and, of a joined table, the sources of each row. Where only some of several tables have
 * a weight, the others' rows count 1; a joined row takes the weight of its first source that has one.
 * @param placeOf words for the place of the k-th row that is added
 * @throws VhgmError "usage" for a table with two columns of role weight
 */
export function originsReader(schema: Schema, table: Table, placeOf = (row: number): string => (isJoined(table) ? table.placeOf(row) : `row ${row + 1} of ${table.name}`)): OriginsReader {
  const weightAt = weightColumns(schema, table);
  const joined = isJoined(table) && table.sources.length > 1 ? table : null;
  const sourceAt = table.columns.length - 1;
  const weights: number[] = [];
  const source: number[] = [];
  const origins = new Map<string, number>();
  const weighted = joined?.sources.map(({ columns }) => weightAt.some(({ at }) => columns.includes(table.columns[at])));
  let count = 0;

  const weightOf = (row: TextRow): number => {
    const own = weightAt.find(({ at }) => row[at].trim() !== "") ?? weightAt[0];
    const text = row[own.at];
    const needed = !joined || joined.originOf(row[sourceAt]).some((s) => weighted![s]);
    if (!needed) return 1;
    const value = parseDecimal(text, own.attribute.decimal);
    if (value !== null && value >= 0 && Number.isFinite(value)) return value;
    throw new VhgmError("data", `'${text}' is no weight, in column '${own.attribute.name}', ${placeOf(count)}; weights are numbers from 0 on (take such rows out, or give the column the role ignore).`);
  };

  return {
    add(rows) {
      for (const row of rows) {
        if (weightAt.length > 0) weights.push(weightOf(row));
        if (joined) {
          const text = row[sourceAt];
          if (!origins.has(text)) origins.set(text, origins.size);
          source.push(origins.get(text)!);
        }
        count++;
      }
    },
    finish: () => ({
      ...(weightAt.length > 0 ? { weight: Float64Array.from(weights) } : {}),
      ...(joined
        ? {
            source: Uint16Array.from(source),
            origins: [...origins.keys()].map((text) => joined.originOf(text)),
            sources: joined.sources.map((s) => ({ name: s.name, measures: measuredBy(schema, s) })),
          }
        : {}),
    }),
  };
}

const measuredBy = (schema: Schema, { columns }: Source): Uint8Array => Uint8Array.from(matchColumns(schema, columns), ({ at }) => (at < 0 ? 0 : 1));

/** Columns of role weight, one at most in each table. */
function weightColumns(schema: Schema, table: Table): { attribute: Attribute; at: number }[] {
  const matched = schema.attributes.filter(({ role }) => role === "weight").map((attribute) => matchColumn(attribute, table.columns, table.name)).filter(({ at }) => at >= 0);
  const tables = isJoined(table) ? table.sources.map(({ columns, table }) => ({ name: table.name, columns })) : [table];
  for (const { name, columns } of tables) {
    const own = matched.filter(({ at }) => columns.includes(table.columns[at]));
    if (own.length > 1) {
      throw new VhgmError("usage", `${name} has ${own.length} columns of role weight (${own.map(({ attribute }) => attribute.name).join(", ")}); one is allowed, so give the others the role ignore.`);
    }
  }
  return matched;
}
