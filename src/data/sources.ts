import { VhgmError } from "../base/errors.js";
import { isMissingText, sameNumber } from "../schema/missing.js";
import { isNumeric, type Attribute, type Schema } from "../schema/schema.js";
import { matchColumn } from "./cells.js";
import { convert, sourceName } from "./conversion.js";
import { formatDecimal, parseDecimal } from "../schema/values.js";
import { alikeNote } from "./keys.js";
import type { Table, TextRow } from "./table.js";

/** One of several tables, seen as a source of one model. */
export interface Source {
  /** The table's name without its extension, made unique. */
  readonly name: string;
  readonly table: Table;
  /** Its columns by the names that they have in the joined table. */
  readonly columns: readonly string[];
}

/** Several tables as one. The last column names the sources of each row, joined by "+". */
export interface JoinedTable extends Table {
  readonly sources: readonly Source[];
  /** The column of the sources' names. */
  readonly sourceColumn: string;
  /** The column that names a person in each source, if rows are joined by one. */
  readonly key: string | null;
  /** Places of a row's sources in `sources`, ascending, by its text in the source column. */
  originOf(text: string): readonly number[];
  /** Words for the place of the k-th row of the reading under way, for messages. */
  placeOf(row: number): string;
  /** What a person should know, one sentence each; complete once the rows have been read to the end. */
  readonly notes: readonly string[];
}

export interface JoinOptions {
  /** Says which columns are the same attribute in other words (aliases) or units (conversions), and which is the key. */
  readonly schema?: Schema;
  /** Column that names a person: rows of one person in several sources become one row. */
  readonly key?: string;
}

/**
 * Several tables as one: its columns are those of all tables, in order of first appearance; where a dictionary is given,
 * columns that are one attribute come under the attribute's name and in its unit. Rows follow each other table by table and
 * are streamed. With a key a person's rows in several sources become one, at its first place, the first source's cell
 * winning where both have a value; the tables are then held in memory.
 * @throws VhgmError "usage" when a table lacks the key that was asked for; "data", while rows are read, for a person who
 *   stands twice in one source
 */
export function joinTables(tables: readonly Table[], options: JoinOptions = {}): JoinedTable {
  const { schema } = options;
  const key = options.key ?? schema?.attributes.find(({ role }) => role === "key")?.name ?? null;
  const sources = nameSources(tables).map((name, s): Source => ({ name, table: tables[s], columns: joinedNames(tables[s], name, schema, options.key) }));
  const columns = [...new Set(sources.flatMap((source) => source.columns))];
  const sourceColumn = freeName(columns);
  const all = [...columns, sourceColumn];
  const joins = key !== null && (options.key !== undefined || sources.filter((source) => source.columns.includes(key)).length > 1);
  if (options.key !== undefined) requireKeyed(sources, options.key);
  const notes = [...linkNotes(sources, joins ? key : null), ...conversionNotes(sources, schema)];
  const readers = sources.map((source) => rowReader(source, columns, schema));
  const names = new Map<string, readonly number[]>();
  const textOf = (origin: readonly number[]): string => {
    const text = origin.map((s) => sources[s].name).join("+");
    if (!names.has(text)) names.set(text, origin);
    return text;
  };
  sources.forEach((_, s) => textOf([s]));

  const starts = new Float64Array(sources.length);
  async function* stacked(rowsPerBatch?: number): AsyncGenerator<TextRow[], void, undefined> {
    for (const [s, { table }] of sources.entries()) {
      const read = readers[s];
      const text = textOf([s]);
      let end = starts[s];
      for await (const rows of table.batches(rowsPerBatch)) {
        end += rows.length;
        starts.fill(end, s + 1);
        yield rows.map((row) => [...read(row), text]);
      }
    }
  }
  const placeInStack = (row: number): string => {
    let s = sources.length - 1;
    while (starts[s] > row) s--;
    return `row ${row - starts[s] + 1} of ${tables[s].name}`;
  };

  let people: Promise<TextRow[]> | undefined;
  let joinedRows: readonly TextRow[] = [];
  async function* merged(rowsPerBatch = 1024): AsyncGenerator<TextRow[], void, undefined> {
    people ??= mergePeople({ sources, readers, columns, key: key!, schema, textOf, notes });
    const rows = (joinedRows = await people);
    for (let i = 0; i < rows.length; i += rowsPerBatch) yield rows.slice(i, i + rowsPerBatch);
  }

  return {
    name: tables.map(({ name }) => name).join(" + "),
    columns: all,
    labels: all.map((name) => sources.map((source) => source.table.labels?.[source.columns.indexOf(name)]).find((label) => label !== undefined)),
    ...nativeTypesOf(sources, columns),
    sources,
    sourceColumn,
    key: joins ? key : null,
    ...(tables[0].dialect && tables.every(({ dialect }) => JSON.stringify(dialect) === JSON.stringify(tables[0].dialect)) ? { dialect: tables[0].dialect } : {}),
    originOf: (text) => names.get(text)!,
    placeOf: (row) => (joins ? `the row of ${key} '${joinedRows[row][columns.indexOf(key)]}' (${joinedRows[row].at(-1)})` : placeInStack(row)),
    get notes() {
      return [...sources.flatMap(({ table }) => (table as { notes?: readonly string[] }).notes ?? []), ...notes];
    },
    batches: joins ? merged : stacked,
    async close() {
      for (const table of tables) await table.close();
    },
  };
}

export const isJoined = (table: Table): table is JoinedTable => "sources" in table;

/** File names without extensions, numbered where two are the same. */
function nameSources(tables: readonly Table[]): string[] {
  const names: string[] = [];
  for (const { name } of tables) {
    const own = sourceName(name).replaceAll("+", "_");
    let unique = own;
    for (let n = 2; names.includes(unique); n++) unique = `${own}_${n}`;
    names.push(unique);
  }
  return names;
}

function freeName(columns: readonly string[]): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? "source" : `source_${n}`;
    if (!columns.includes(name)) return name;
  }
}

/** A table's columns, by the names of the attributes that they hold. */
function joinedNames({ columns }: Table, source: string, schema: Schema | undefined, key: string | undefined): string[] {
  const names = [...columns];
  for (const attribute of schema?.attributes ?? []) {
    const { at } = matchColumn(attribute, columns, source);
    if (at >= 0 && columns[at] !== key) names[at] = attribute.name;
  }
  return names;
}

/** Turns a source's row into a row of the joined table. */
function rowReader({ name: source, table, columns }: Source, joined: readonly string[], schema: Schema | undefined): (row: TextRow) => string[] {
  const attributes = new Map(schema?.attributes.map((attribute) => [attribute.name, attribute]));
  const cells = joined.map((name) => {
    const at = columns.indexOf(name);
    const attribute = attributes.get(name);
    const conversion = at >= 0 && attribute ? matchColumn(attribute, table.columns, source).conversion : undefined;
    return { at, attribute, conversion };
  });
  return (row) =>
    cells.map(({ at, attribute, conversion }) => {
      if (at < 0) return "";
      const text = row[at];
      if (!conversion || isMissingText(text, attribute!)) return text;
      const value = parseDecimal(text, attribute!.decimal);
      // A text that is no number stays, and is refused with its place where cells are read.
      return value === null || !Number.isFinite(value) ? text : formatDecimal(convert(value, conversion, attribute!), attribute!.decimal);
    });
}

/** A column has a native type where all its tables agree on it. */
function nativeTypesOf(sources: readonly Source[], columns: readonly string[]): { nativeTypes?: readonly string[] } {
  if (sources.some(({ table }) => table.nativeTypes === undefined)) return {};
  const types = columns.map((name) => {
    const own = new Set(sources.flatMap(({ table, columns }) => table.nativeTypes![columns.indexOf(name)] ?? []));
    return own.size === 1 ? [...own][0] : "VARCHAR";
  });
  return { nativeTypes: [...types, "VARCHAR"] };
}

/** @throws VhgmError "usage" if a source lacks the key; the dictionary's key, in contrast, need not be everywhere */
function requireKeyed(sources: readonly Source[], key: string): void {
  const without = sources.filter(({ columns }) => !columns.includes(key));
  if (without.length === 0) return;
  const { table } = without[0];
  throw new VhgmError(
    "usage",
    `The key column '${key}' is not in ${table.name}; its columns are ${table.columns.slice(0, 8).join(", ")}${table.columns.length > 8 ? ", …" : ""}. ` +
      "Every table needs the key; leave --key out to take each row as another person.",
  );
}

/** Sources without the key: their rows are other people, and where they share no column with the others nothing links them. */
function linkNotes(sources: readonly Source[], key: string | null): string[] {
  const alone = sources.filter(({ columns }) => key === null || !columns.includes(key));
  const keyless = key === null ? [] : alone.map(({ table }) => `${table.name} has no column '${key}', so its rows are taken as other people.`);
  const unlinked = alone.flatMap((source) => {
    const others = new Set(sources.filter((other) => other !== source).flatMap((other) => other.columns));
    if (source.columns.some((name) => others.has(name))) return [];
    return [
      `${source.table.name} shares no column with the other tables, so nothing links it to them and answers across take its columns as independent of theirs; ` +
        "name a person's key (--key) or list the same columns under aliases in the dictionary.",
    ];
  });
  return [...keyless, ...unlinked];
}

/** Conversions that name a source, or a column of it, that there is not: numbers would be taken in the wrong unit. */
function conversionNotes(sources: readonly Source[], schema: Schema | undefined): string[] {
  const names = sources.map(({ name }) => name);
  return (schema?.attributes ?? []).flatMap(({ name, conversions = [] }) =>
    conversions.flatMap(({ column, source }) => {
      if (source === undefined) return [];
      const own = sources.find((s) => s.name === source);
      if (!own) return [`The dictionary converts '${column}' of ${source} to '${name}', but the sources are ${names.join(", ")}, so nothing is converted by that line.`];
      if (own.table.columns.includes(column)) return [];
      return [`The dictionary converts '${column}' of ${source} to '${name}', but ${own.table.name} has no such column.`];
    }),
  );
}

interface MergeInput {
  readonly sources: readonly Source[];
  readonly readers: readonly ((row: TextRow) => string[])[];
  readonly columns: readonly string[];
  readonly key: string;
  readonly schema: Schema | undefined;
  readonly textOf: (origin: readonly number[]) => string;
  readonly notes: string[];
}

interface Person {
  readonly cells: string[];
  origin: number[];
  /** Row in the source read last, for messages. */
  row: number;
}

/** Reads all sources and joins their rows by the key. A row without a key is a person of its own. */
async function mergePeople({ sources, readers, columns, key, schema, textOf, notes }: MergeInput): Promise<TextRow[]> {
  const keyAt = columns.indexOf(key);
  const attributes = columns.map((name) => schema?.attributes.find((attribute) => attribute.name === name));
  const holds = (text: string, j: number): boolean => !isMissingText(text, attributes[j] ?? {});
  const known = new Map<string, Person>();
  const people: Person[] = [];
  const conflicts = { cells: 0, first: "" };
  let joined = 0;
  let nameless = 0;
  for (const [s, { table }] of sources.entries()) {
    let row = 0;
    for await (const rows of table.batches()) {
      for (const raw of rows) {
        row++;
        const cells = readers[s](raw);
        const text = cells[keyAt].trim();
        const person = holds(text, keyAt) ? known.get(text) : undefined;
        if (!person) {
          const made = { cells, origin: [s], row };
          people.push(made);
          if (holds(text, keyAt)) known.set(text, made);
          else if (sources[s].columns.includes(key)) nameless++;
          continue;
        }
        if (person.origin.includes(s)) throw twice(table.name, key, text, person.row, row);
        if (person.origin.length === 1) joined++;
        person.origin.push(s);
        person.row = row;
        cells.forEach((cell, j) => {
          if (j === keyAt || !holds(cell, j)) return;
          if (!holds(person.cells[j], j)) person.cells[j] = cell;
          else if (!sameCell(person.cells[j], cell, attributes[j])) {
            conflicts.cells++;
            conflicts.first ||= `'${columns[j]}' of ${text} is ${person.cells[j]} in an earlier table and ${cell} in ${table.name}`;
          }
        });
      }
    }
  }
  if (joined === 0) notes.push(`Nobody is in several tables: no value of '${key}' stands in two of them, so no rows were joined.`);
  else notes.push(joined === 1 ? "One person is in several tables and was joined into one row." : `${joined} people are in several tables and were joined into one row each.`);
  notes.push(...alikeNote([...known].map(([text, { origin }]) => ({ text, origin })), key, sources.map(({ table }) => table.name)));
  if (nameless > 0) notes.push(`${nameless} rows have no '${key}' and were taken as other people.`);
  if (conflicts.cells > 0) {
    notes.push(`${conflicts.cells} cells of joined rows differ between tables, where the first table's stands; for instance, ${conflicts.first}.`);
  }
  return people.map(({ cells, origin }) => [...cells, textOf(origin)]);
}

const sameCell = (a: string, b: string, attribute: Attribute | undefined): boolean =>
  a === b || a.trim() === b.trim() || ((attribute === undefined || isNumeric(attribute.type) || attribute.levels !== undefined) && sameNumber(a, b));

const twice = (table: string, key: string, text: string, first: number, second: number): VhgmError =>
  new VhgmError(
    "data",
    `The ${key} '${text}' stands twice in ${table}, in rows ${first} and ${second}; with a key a person may have one row in each table ` +
      "(leave --key out to take each row as another person).",
  );
