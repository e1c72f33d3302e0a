/** From the cells of a completed table to a regression's columns. */
import { VhgmError } from "../../base/errors.js";
import type { Table } from "../../data/table.js";
import { spellCodes } from "../../schema/codes.js";
import { levelIndex } from "../../schema/levels.js";
import { isMissingText } from "../../schema/missing.js";
import { isNumeric, type Attribute, type Schema } from "../../schema/schema.js";
import { quote } from "../../schema/suggest.js";
import { parseDecimal, parseNumber } from "../../schema/values.js";
import { columnsOf, type Formula, type Variable } from "./formula.js";
import type { Design } from "./regression.js";

export const families = ["linear", "binomial"] as const;
export type Family = (typeof families)[number];

/** The columns of a table that a formula needs: texts, null where a cell is empty. */
export interface TableColumns {
  readonly name: string;
  readonly rows: number;
  readonly cells: ReadonlyMap<string, readonly (string | null)[]>;
}

/** @throws VhgmError "usage" for a column that the table lacks, "data" from reading */
export async function readColumns(table: Table, formula: Formula, schema?: Schema): Promise<TableColumns> {
  const wanted = columnsOf(formula).map((name) => {
    const attribute = attributeOf(name, schema);
    const at = [name, ...(attribute ? [attribute.name, ...(attribute.aliases ?? [])] : [])].map((n) => table.columns.indexOf(n)).find((place) => place >= 0);
    if (at === undefined) throw new VhgmError("usage", `The formula names ${name}, but ${table.name} has no such column; it has ${table.columns.slice(0, 8).join(", ")}${table.columns.length > 8 ? ", …" : ""}.`);
    return { name, at, rule: attribute ?? { type: "real" as const, role: "attribute" as const }, levelOf: levelReader(attribute) };
  });
  const cells = new Map<string, (string | null)[]>(wanted.map(({ name }) => [name, []]));
  let rows = 0;
  for await (const batch of table.batches()) {
    rows += batch.length;
    for (const row of batch) for (const { name, at, rule, levelOf } of wanted) cells.get(name)!.push(isMissingText(row[at], rule) ? null : levelOf(row[at]));
  }
  return { name: table.name, rows, cells };
}

/** The level that a cell holds in whatever spelling, where a dictionary says the levels; else the text. */
function levelReader(attribute: Attribute | undefined): (text: string) => string {
  const { levels } = attribute ?? {};
  if (levels === undefined) return (text) => text.trim();
  const indexOf = levelIndex({ levels });
  return (text) => levels[indexOf(text)] ?? text.trim();
}

const attributeOf = (name: string, schema: Schema | undefined): Attribute | undefined =>
  schema?.attributes.find((a) => a.name === name) ?? schema?.attributes.find((a) => a.aliases?.includes(name));

/** The coding of a formula's variables, the same for all tables. */
export interface Coding {
  /** Levels of the variables that have them, by the variable's text; the first is the reference. */
  readonly levels: ReadonlyMap<string, readonly string[]>;
  readonly names: readonly string[];
  /** For `binomial` with a response that has levels: the one that counts as 1. */
  readonly success?: string;
}

/**
 * Decides which variables are numbers and which have levels (treatment coding). A dictionary decides where it knows the
 * column; otherwise a column of numbers is one. Levels that no table has get no coefficient.
 * @throws VhgmError "usage" for arithmetic on levels, or a response that does not suit the family
 */
export function settleCoding(formula: Formula, tables: readonly TableColumns[], family: Family, schema?: Schema): Coding {
  const levels = new Map<string, readonly string[]>();
  for (const variable of [formula.response, ...formula.terms.flat()]) {
    if (variable.kind === "calculated") {
      const bad = variable.names.find((name) => !columnIsNumber(name, tables, schema));
      if (bad !== undefined) throw new VhgmError("usage", `The formula calculates ${variable.text}, but ${bad} has levels and is no number.`);
    } else if (variable.factor || !columnIsNumber(variable.name, tables, schema)) levels.set(variable.text, levelsOf(variable.name, tables, schema));
  }
  const response = levels.get(formula.response.text);
  if (family === "linear" && response) throw new VhgmError("usage", `${formula.response.text} has levels (${response.slice(0, 5).join(", ")}); a linear regression needs a number, and two levels can be had with --family binomial.`);
  if (family === "binomial" && response && response.length !== 2) throw new VhgmError("usage", `${formula.response.text} has ${response.length} levels (${response.slice(0, 5).join(", ")}); a logistic regression needs two.`);
  requireMarginal(formula, levels);
  return { levels, names: coefficientNames(formula, levels), success: response?.[1] };
}

/** Treatment coding of a factor in an interaction takes that what is left without it has a term of its own. */
function requireMarginal({ text, terms, intercept }: Formula, levels: ReadonlyMap<string, readonly string[]>): void {
  const key = (term: readonly Variable[]): string => term.map((variable) => variable.text).sort().join(":");
  const known = new Set([...terms.map(key), ...(intercept ? [""] : [])]);
  for (const term of terms) {
    if (term.length === 1) continue;
    for (const variable of term) {
      const rest = key(term.filter((other) => other !== variable));
      if (levels.has(variable.text) && !known.has(rest)) {
        throw new VhgmError("usage", `The formula ${JSON.stringify(text)} has the interaction ${key(term)}, in which ${variable.text} has levels, but not ${rest} by itself; write ${term.map((v) => v.text).join(" * ")}.`);
      }
    }
  }
}

/** R's rule for a first factor without intercept: it gets all of its levels. */
function codes(formula: Formula, levels: ReadonlyMap<string, readonly string[]>): (readonly { readonly variable: Variable; readonly level?: string }[])[] {
  const whole = formula.intercept ? undefined : formula.terms.find((term) => term.length === 1 && levels.has(term[0].text));
  return formula.terms.flatMap((term) => {
    let found: { readonly variable: Variable; readonly level?: string }[][] = [[]];
    for (const variable of term) {
      const own = levels.get(variable.text);
      const parts = own ? (term === whole ? own : own.slice(1)).map((level) => ({ variable, level })) : [{ variable }];
      // The first variable's levels change fastest, as in R.
      found = parts.flatMap((part) => found.map((before) => [...before, part]));
    }
    return found;
  });
}

const coefficientNames = (formula: Formula, levels: ReadonlyMap<string, readonly string[]>): string[] => [
  ...(formula.intercept ? ["(Intercept)"] : []),
  ...codes(formula, levels).map((code) => code.map(({ variable, level }) => variable.text + (level ?? "")).join(":")),
];

function columnIsNumber(name: string, tables: readonly TableColumns[], schema?: Schema): boolean {
  const attribute = attributeOf(name, schema);
  if (attribute?.role === "attribute") {
    if (attribute.type === "date") throw new VhgmError("usage", `The formula names ${name}, which is a date; numbers and levels are allowed.`);
    return isNumeric(attribute.type);
  }
  return tables.every(({ cells }) => {
    const texts = cells.get(name)!.filter((text) => text !== null);
    return texts.every((text) => numberOf(text) !== null) && !spellCodes(texts);
  });
}

/** A number with a decimal point or a decimal comma. */
const numberOf = (text: string): number | null => parseNumber(text) ?? parseDecimal(text, ",");

function levelsOf(name: string, tables: readonly TableColumns[], schema?: Schema): string[] {
  const seen = new Set<string>();
  for (const { cells } of tables) for (const text of cells.get(name)!) if (text !== null) seen.add(text);
  const known = attributeOf(name, schema)?.levels ?? [];
  const numbers = [...seen].every((text) => parseNumber(text) !== null);
  const rest = [...seen].filter((text) => !known.includes(text)).sort(numbers ? (a, b) => Number(a) - Number(b) : undefined);
  const levels = [...known.filter((level) => seen.has(level)), ...rest];
  if (levels.length < 2) throw new VhgmError("usage", `${name} has ${levels.length === 0 ? "no value" : `only the level ${levels[0]}`} in the tables; at least two levels are needed.`);
  return levels;
}

/** Before a column is made of every level: dates, names and remarks have about as many as there are rows. */
function requireRowsForLevels(table: string, rows: number, { levels, names }: Coding): void {
  const [most] = [...levels].sort(([, a], [, b]) => b.length - a.length);
  if (most === undefined || rows > names.length) return;
  const [text, own] = most;
  throw new VhgmError("data", `${table} has ${rows} complete rows for ${names.length} coefficients, and more rows than coefficients are needed; ${text} has ${own.length} levels, such as ${quote(own[0])}.`);
}

/**
 * A table's design; rows with an empty cell of the formula are left out.
 * @throws VhgmError "data" for a response that is neither 0 nor 1 in a logistic regression, and for texts with more levels than rows
 *   can tell apart
 */
export function buildDesign(formula: Formula, { name, rows, cells }: TableColumns, coding: Coding, family: Family): Design {
  const texts = columnsOf(formula).map((column) => cells.get(column)!);
  const numbers = new Map([...cells].map(([column, list]) => [column, list.map((text) => (text === null ? NaN : numberOf(text) ?? NaN))]));
  const valueOf = (variable: Variable, i: number): number =>
    variable.kind === "column" ? numbers.get(variable.name)![i] : variable.value((column) => numbers.get(column)![i]);
  const kept = Array.from({ length: rows }, (_, i) => i).filter((i) => texts.every((list) => list[i] !== null));
  requireRowsForLevels(name, kept.length, coding);
  const { response, intercept } = formula;
  const y = Float64Array.from(kept, (i) => (coding.success === undefined ? valueOf(response, i) : Number(cells.get((response as { name: string }).name)![i] === coding.success)));
  const columns = codes(formula, coding.levels).map((code) =>
    Float64Array.from(kept, (i) => code.reduce((product, { variable, level }) => product * (level === undefined ? valueOf(variable, i) : Number(cells.get((variable as { name: string }).name)![i] === level)), 1)),
  );
  for (const [list, what] of [[y, response.text] as const, ...columns.map((column, k) => [column, coding.names[k + Number(intercept)]] as const)]) {
    const bad = list.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw new VhgmError("data", `${what} is not a finite number in row ${kept[bad] + 1} of ${name}.`);
  }
  if (family === "binomial") {
    const bad = y.findIndex((x) => x !== 0 && x !== 1);
    if (bad >= 0) throw new VhgmError("data", `${response.text} is ${y[bad]} in row ${kept[bad] + 1} of ${name}; a logistic regression needs 0 and 1, or two levels.`);
  }
  return { rows: kept.length, names: coding.names, columns: [...(intercept ? [new Float64Array(kept.length).fill(1)] : []), ...columns], response: y };
}
