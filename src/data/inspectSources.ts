import { commonTexts, foreignLevels, unitHint } from "../schema/compare.js";
import { formatConversion } from "../schema/dictionary.js";
import { setConstantAside } from "../schema/fewLevels.js";
import { createProfiler, inferSchema, type AttributeNote, type ColumnProfile, type InferredSchema } from "../schema/infer.js";
import { mergeKnown } from "../schema/known.js";
import { foldSpelling } from "../schema/levels.js";
import { isNumeric, type Attribute } from "../schema/schema.js";
import { quote, suggest } from "../schema/suggest.js";
import type { Inspection } from "./inspect.js";
import type { Source } from "./sources.js";

/** What each of several tables holds. */
export interface SourceInspection extends Inspection {
  readonly name: string;
}

/** One dictionary over several tables, and what each table was found to hold. */
export interface SourcesInspection extends InferredSchema {
  readonly rows: number;
  readonly sources: readonly SourceInspection[];
}

interface Seen extends SourceInspection {
  readonly profiles: readonly ColumnProfile[];
}

/**
 * Reads several tables once and guesses one dictionary over all: a column of one table as that table alone says, a column
 * of several from all their cells. Notes say which sources have it, and hint where a source seems to use another unit,
 * other levels or another spelling of its name. Nothing is joined by a person's key here.
 * @param onRows is told how many rows were read so far; what it throws ends the reading
 * @throws VhgmError "data" where a table cannot be read
 */
export async function inspectSources(sources: readonly Pick<Source, "name" | "table">[], onRows?: (rows: number) => void): Promise<SourcesInspection> {
  const shared = sharedColumns(sources.map(({ table }) => table.columns));
  const known = shared.map((column) => mergeKnown(sources.map(({ table }) => table.known?.[table.columns.indexOf(column)])));
  const joint = createProfiler(shared, { missing: known.map((column) => column?.missing) });
  const seen: Seen[] = [];
  let total = 0;
  for (const { name, table } of sources) {
    const profiler = createProfiler(table.columns, { missing: table.known?.map((column) => column?.missing) });
    const places = shared.map((column) => table.columns.indexOf(column));
    let rows = 0;
    for await (const batch of table.batches()) {
      profiler.add(batch);
      if (shared.length > 0) joint.add(batch.map((row) => places.map((at) => (at < 0 ? "" : row[at]))));
      rows += batch.length;
      total += batch.length;
      onRows?.(total);
    }
    const profiles = profiler.finish();
    seen.push({ name, rows, profiles, ...inferSchema(profiles, { labels: table.labels, nativeTypes: table.nativeTypes, known: table.known }) });
  }
  const native = (column: string): string | undefined => firstOf(sources, ({ table }) => table.nativeTypes?.[table.columns.indexOf(column)]);
  const together = shared.length > 0 ? inferSchema(joint.finish(), { nativeTypes: shared.map(native), known }) : null;
  const alike = alikeNames(sources);
  const entries = [...new Set(sources.flatMap(({ table }) => table.columns))].map((column) => {
    const { attribute, note } = mergeEntry(column, seen, together, shared.indexOf(column));
    return { attribute, note: { ...note, suggestions: [...note.suggestions, ...(alike.get(column) ?? [])] } };
  });
  return {
    schema: { version: 1, attributes: entries.map(({ attribute }) => attribute) },
    notes: entries.map(({ note }) => note),
    rows: total,
    sources: seen.map(({ name, rows, schema, notes }) => ({ name, rows, schema, notes })),
  };
}

function firstOf<T, R>(items: readonly T[], pick: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const value = pick(item);
    if (value !== undefined) return value;
  }
  return undefined;
}

const sharedColumns = (tables: readonly (readonly string[])[]): string[] =>
  [...new Set(tables.flat())].filter((column) => tables.filter((columns) => columns.includes(column)).length > 1);

/** Columns that no table has both of, and whose names differ in case, blanks or signs between words alone: by the first one's name. */
function alikeNames(sources: readonly Pick<Source, "name" | "table">[]): Map<string, string[]> {
  const spellings = new Map<string, string[]>();
  for (const column of new Set(sources.flatMap(({ table }) => table.columns))) {
    const spelling = foldSpelling(column).replace(/[\s_.-]/g, "");
    spellings.set(spelling, [...(spellings.get(spelling) ?? []), column]);
  }
  const apart = (names: readonly string[]): boolean => sources.every(({ table }) => names.filter((name) => table.columns.includes(name)).length < 2);
  const groups = [...spellings.values()].filter((names) => names.length > 1 && apart(names));
  return new Map(groups.map(([first, ...others]) => {
    const named = others.map((other) => `${quote(other)} of ${listed(sources.flatMap(({ name, table }) => (table.columns.includes(other) ? [name] : [])))}`);
    return [first, [suggest("aliases", others, `${listed(named)} may be the same attribute: if so, take this line and take out ${others.length === 1 ? "its entry" : "their entries"}`)]];
  }));
}

interface Own {
  readonly source: string;
  readonly rows: number;
  readonly attribute: Attribute;
  readonly note: AttributeNote;
  readonly profile: ColumnProfile;
}

function mergeEntry(column: string, seen: readonly Seen[], together: InferredSchema | null, at: number): { attribute: Attribute; note: AttributeNote } {
  const own = seen.flatMap(({ name, rows, schema, notes, profiles }): Own[] => {
    const j = schema.attributes.findIndex((attribute) => attribute.name === column);
    return j < 0 ? [] : [{ source: name, rows, attribute: schema.attributes[j], note: notes[j], profile: profiles[j] }];
  });
  const [first] = own;
  if (at < 0) {
    const { attribute, note } = withoutConstant(first);
    return { attribute, note: { ...note, reason: `Only in ${first.source}: ${note.reason}` } };
  }
  const rows = own.reduce((sum, { rows }) => sum + rows, 0);
  const names = own.map(({ source }) => source);
  const label = firstOf(own, ({ attribute }) => attribute.label);
  const guess = together!.notes[at];
  const ids = own.every(({ attribute }) => attribute.role === "id");
  const attribute = { ...(ids ? first.attribute : together!.schema.attributes[at]), ...(label ? { label } : {}) };
  const reason = ids ? first.note.reason : guess.reason;
  const units = unitHints(attribute, own);
  const levels = levelHints(attribute, own);
  const note: AttributeNote = {
    ...guess,
    missingRate: rows > 0 ? 1 - guess.observed / rows : 0,
    reason: [`In ${listed(names)}: ${reason}`, ...(ids ? [] : levels.more), ...units.odd].join(" "),
    suggestions: ids ? keyHint(own) : [...guess.suggestions.filter((text) => !isSkip(text)), ...skips(own), ...units.suggestions, ...levels.differ, ...kindHints(attribute, own)],
  };
  return { attribute, note };
}

/** A constant of one table says nothing of the people of the others. */
function withoutConstant({ attribute, note }: Own): Pick<Own, "attribute" | "note"> {
  if (attribute.role !== "attribute" || attribute.levels?.length !== 1) return { attribute, note };
  const { attribute: aside, reason, suggestions } = setConstantAside(attribute.levels[0]);
  return { attribute: { ...attribute, ...aside }, note: { ...note, reason, suggestions } };
}

/** Skip patterns are looked for table by table: where a whole table lacks the column, nothing is skipped. */
const isSkip = (suggestion: string): boolean => suggestion.startsWith("applies_when:");
const skips = (own: readonly Own[]): string[] => {
  const found = new Map(own.flatMap(({ note }) => note.suggestions.filter(isSkip)).map((text) => [text.split("  #")[0], text]));
  return [...found.values()];
};

function keyHint([first, ...others]: readonly Own[]): string[] {
  const common = others.map(({ profile, source }) => ({ source, count: commonTexts(first.profile, profile) })).filter(({ count }) => count > 0);
  if (common.length === 0) return [];
  const counts = common.map(({ source, count }) => `about ${count} values of ${first.source} stand in ${source} too`).join(", ");
  return [`role: key  # ${counts}: if these are the same people, a key joins their rows`];
}

/** Levels that the first table lacks: a few are told, a column without a common one is worth a look. */
function levelHints(attribute: Attribute, [first, ...others]: readonly Own[]): { more: string[]; differ: string[] } {
  if (attribute.role !== "attribute" || attribute.levels === undefined) return { more: [], differ: [] };
  const hints = others.flatMap(({ profile, source }) => {
    const foreign = foreignLevels(first.profile, profile);
    if (foreign.length === 0) return [];
    return [{ none: foreign.length === profile.values.length, source, list: `${foreign.slice(0, 6).map(quote).join(", ")}${foreign.length > 6 ? ", …" : ""}` }];
  });
  return {
    more: hints.flatMap(({ none, source, list }) => (none ? [] : [`${source} has levels that ${first.source} lacks: ${list}.`])),
    differ: hints.flatMap(({ none, source, list }) => (none ? [`tables differ: ${source} has only levels that ${first.source} lacks: ${list}; check that both use the same codes`] : [])),
  };
}

/** A column that is numbers in one table and texts in another becomes texts, and its numbers levels. */
function kindHints(attribute: Attribute, own: readonly Own[]): string[] {
  if (isNumeric(attribute.type) && attribute.role === "attribute") return [];
  const numbers = own.filter((o) => o.attribute.role === "attribute" && isNumeric(o.attribute.type));
  const texts = own.flatMap(({ source, profile }) => {
    const text = profile.values.find(({ kind }) => kind === "text");
    return text && !numbers.some((o) => o.source === source) ? [`${source} texts such as ${quote(text.text)}`] : [];
  });
  if (numbers.length === 0 || texts.length === 0) return [];
  return [`tables differ: ${listed(numbers.map(({ source }) => source))} ${numbers.length === 1 ? "has" : "have"} numbers, ${listed(texts)}, so that all count as texts; rename the column in a table where it is something else`];
}

/** Conversions to suggest, on one line since they are one field, and differences that no known unit explains. */
function unitHints(attribute: Attribute, [first, ...others]: readonly Own[]): { suggestions: string[]; odd: string[] } {
  if (attribute.role !== "attribute" || !isNumeric(attribute.type) || attribute.type === "date") return { suggestions: [], odd: [] };
  const hints = others.flatMap(({ profile, source }) => {
    const hint = unitHint(first.profile, profile, { first: first.source, other: source });
    return hint ? [{ source, ...hint }] : [];
  });
  const known = hints.flatMap(({ source, conversion, why }) => (conversion ? [{ text: formatConversion({ column: attribute.name, source, ...conversion }), why }] : []));
  return {
    suggestions: known.length > 0 ? [`conversions: [${known.map(({ text }) => text).join(", ")}]  # ${known.map(({ why }) => why).join("; ")}`] : [],
    odd: hints.flatMap(({ conversion, why }) => (conversion ? [] : [`In other units? ${why[0].toUpperCase()}${why.slice(1)}.`])),
  };
}

const listed = (names: readonly string[]): string => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);
