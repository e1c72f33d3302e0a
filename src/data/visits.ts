/** Repeated visits: each row is given what the same person's visits before and after it say. */
import { VhgmError } from "../base/errors.js";
import { isMissingText } from "../schema/missing.js";
import { afterName, beforeName, sinceName, untilName, type Visits } from "../schema/visits.js";
import { isNumeric, type Attribute, type Schema } from "../schema/schema.js";
import { parseDate, parseDecimal, parseNumber } from "../schema/values.js";
import { matchColumns } from "./cells.js";
import type { Table, TextRow } from "./table.js";

/** Columns that visits add to a table's own: what is known from before and from after, and how long ago and ahead that is. */
function visitColumns(schema: Schema, columns: readonly string[], name: string): { readonly at: number; readonly attribute: Attribute }[] {
  return matchColumns(schema, columns, name).filter(({ attribute, at }) => at >= 0 && schema.attributes.some((a) => a.name === beforeName(attribute.name)));
}

/**
 * The table with, for each attribute, the last value that the person had before the visit and the first one after it, and the
 * time since the visit before and until the one after; empty where there is none. Rows keep their order. The table is held in
 * memory.
 * @param schema as `extendByVisits` gives it
 * @throws VhgmError "usage" for a column that there is not; "data" for a row without a person or a time, and for times of a person
 *   that do not grow
 */
export function withVisits<T extends Table>(table: T, schema: Schema): T {
  const { person, time } = schema.visits!;
  const [personAt, timeAt] = [person, time].map((column) => {
    const at = table.columns.indexOf(column);
    if (at < 0) throw new VhgmError("usage", `${table.name} has no column '${column}', which tells visits apart; its columns are ${table.columns.slice(0, 8).join(", ")}.`);
    return at;
  });
  const timeAttribute = schema.attributes.find(({ name }) => name === time)!;
  const lagged = visitColumns(schema, table.columns, table.name);
  const columns = [...table.columns, sinceName(time), untilName(time), ...lagged.flatMap(({ attribute: { name } }) => [beforeName(name), afterName(name)])];
  const taken = columns.find((name, k) => columns.indexOf(name) < k);
  if (taken !== undefined) throw new VhgmError("usage", `${table.name} already has a column '${taken}', which visits would add; rename it.`);

  const timeOf = (row: TextRow, place: number): number => {
    const text = row[timeAt].trim();
    const value = timeAttribute.type === "date" ? parseDate(text) : parseDecimal(text, timeAttribute.decimal);
    if (value === null || !Number.isFinite(value)) throw new VhgmError("data", `Row ${place + 1} of ${table.name} has the ${time} '${text}', which is no time; each visit needs one.`);
    return value;
  };

  function extend(rows: readonly TextRow[]): TextRow[] {
    const visitsOf = new Map<string, number[]>();
    const times = rows.map(timeOf);
    rows.forEach((row, i) => {
      const who = row[personAt].trim();
      if (who === "") throw new VhgmError("data", `Row ${i + 1} of ${table.name} has no ${person}; each visit needs a person.`);
      const own = visitsOf.get(who);
      if (!own) return void visitsOf.set(who, [i]);
      const last = own[own.length - 1];
      if (!(times[i] > times[last])) {
        const why = times[i] === times[last] ? "the same as" : "before that of";
        throw new VhgmError("data", `Row ${i + 1} of ${table.name} has ${time} ${row[timeAt]} of ${person} ${who}, ${why} row ${last + 1}; a person's visits must be sorted by time, each time once.`);
      }
      own.push(i);
    });
    const out: string[][] = rows.map((row) => [...row, ...new Array<string>(2 + 2 * lagged.length).fill("")]);
    const width = table.columns.length;
    for (const own of visitsOf.values()) {
      own.forEach((i, k) => {
        if (k > 0) out[i][width] = gap(times[i] - times[own[k - 1]]);
        if (k + 1 < own.length) out[i][width + 1] = gap(times[own[k + 1]] - times[i]);
      });
      lagged.forEach(({ at, attribute }, j) => {
        const carry = (order: readonly number[], column: number): void => {
          let known = "";
          for (const i of order) {
            out[i][column] = known;
            if (!isMissingText(rows[i][at], attribute)) known = rows[i][at];
          }
        };
        carry(own, width + 2 + 2 * j);
        carry([...own].reverse(), width + 3 + 2 * j);
      });
    }
    return out;
  }

  let extended: Promise<TextRow[]> | undefined;
  const read = async (): Promise<TextRow[]> => {
    const rows: TextRow[] = [];
    for await (const batch of table.batches()) rows.push(...batch);
    return extend(rows);
  };
  return {
    ...table,
    columns,
    ...(table.nativeTypes ? { nativeTypes: columns.map((_, k) => table.nativeTypes![k] ?? nativeTypeOf(k)) } : {}),
    ...(table.labels ? { labels: columns.map((_, k) => table.labels![k]) } : {}),
    ...(table.known ? { known: columns.map((_, k) => table.known![k]) } : {}),
    async *batches(rowsPerBatch = 1024) {
      const all = await (extended ??= read());
      for (let i = 0; i < all.length; i += rowsPerBatch) yield all.slice(i, i + rowsPerBatch);
    },
    close: () => table.close(),
  };

  function nativeTypeOf(k: number): string {
    const j = Math.floor((k - table.columns.length - 2) / 2);
    return j < 0 ? "DOUBLE" : table.nativeTypes![lagged[j].at];
  }
}

/** Differences of decimal numbers without the dust of their binary form. */
const gap = (x: number): string => String(Number(x.toPrecision(10)));

/** Few times, such as days 0, 90 and 180, look like levels to those who guess types; as times they are numbers. */
function asNumber(time: Attribute): Attribute {
  const numbers = time.levels?.map(parseNumber) ?? [];
  if (isNumeric(time.type) || numbers.length === 0 || numbers.some((x) => x === null)) return time;
  const found: Attribute = { ...time, type: "real", ...(numbers.every((x) => Number.isInteger(x)) ? { resolution: 1 } : {}) };
  delete found.levels;
  return found;
}

/** The dictionary of a table with visits: `visits`, and attributes for what is known from before and after. */
export function extendByVisits(schema: Schema, visits: Visits): Schema {
  const find = (name: string): Attribute => {
    const found = schema.attributes.find((attribute) => attribute.name === name);
    if (!found) throw new VhgmError("usage", `Visits are told apart by '${name}', which the dictionary does not have; it has ${schema.attributes.slice(0, 8).map((a) => a.name).join(", ")}.`);
    return found;
  };
  find(visits.person);
  const time = asNumber(find(visits.time));
  if (visits.person === visits.time || !isNumeric(time.type)) throw new VhgmError("usage", `The time of visits must be a number or a date in a column of its own, not ${visits.time} (${time.type}).`);
  const own = schema.attributes.map((attribute): Attribute => {
    if (attribute.name === visits.person) return { ...attribute, role: "id" };
    return attribute.name === visits.time ? { ...time, role: time.role === "id" ? "attribute" : time.role } : attribute;
  });
  const { resolution } = time;
  const gapOf = (name: string, visit: Attribute["visit"]): Attribute => ({ name, role: "attribute", type: "positive", ...(resolution ? { resolution } : {}), ...(time.unit ? { unit: time.unit } : {}), visit });
  const lags = own
    .filter(({ name, role, equals }) => role === "attribute" && name !== visits.time && equals === undefined)
    .flatMap((attribute): Attribute[] => {
      const plain = { ...attribute };
      for (const field of ["applies_when", "less_than", "aliases", "conversions"] as const) delete plain[field];
      return [{ ...plain, name: beforeName(attribute.name), visit: "before" }, { ...plain, name: afterName(attribute.name), visit: "after" }];
    });
  return { ...schema, visits, attributes: [...own, gapOf(sinceName(visits.time), "before"), gapOf(untilName(visits.time), "after"), ...lags] };
}
