import { VhgmError } from "../../base/errors.js";
import type { Table } from "../../data/table.js";
import { requireLevel } from "../../inference/required.js";
import type { Schema } from "../../schema/schema.js";
import { buildDesign, families, readColumns, settleCoding, type Family, type TableColumns } from "./design.js";
import { parseFormula } from "./formula.js";
import { leastSquares, logistic } from "./regression.js";
import { poolFits, requireTables, type Pooled } from "./rubin.js";

export interface PoolOptions {
  readonly family?: Family;
  /** Level of the intervals. */
  readonly level?: number;
  /** Says which columns are numbers, and the order of levels, whose first is the reference. */
  readonly schema?: Schema;
  onTable?(done: number): void;
}

export interface PoolResult {
  readonly formula: string;
  readonly family: Family;
  readonly tables: number;
  /** Rows that the regressions rest on: the fewest of all tables. */
  readonly rows: number;
  /** Rows left out for an empty cell, at most over the tables. */
  readonly leftOut: number;
  readonly level: number;
  readonly terms: readonly Pooled[];
  /** Reference levels, by variable. */
  readonly references: Readonly<Record<string, string>>;
  /** For a logistic regression of levels: the level whose odds are told. */
  readonly success?: string;
}

/**
 * Fits one regression to each completed table and pools the estimates by Rubin's rules, as R's
 * `pool(lapply(tables, lm))` of mice does.
 * @throws VhgmError "usage" for a formula that can't be read or does not fit the tables, a level or family that is none, "data" for a regression without answer
 */
export async function poolTables(tables: readonly Table[], formulaText: string, options: PoolOptions = {}): Promise<PoolResult> {
  const { family = "linear", level = 0.95, schema, onTable } = options;
  requireLevel(level, "level");
  if (!families.includes(family)) throw new VhgmError("usage", `The family '${String(family)}' is not known; allowed are ${families.join(", ")}.`, { field: ["family"] });
  const formula = parseFormula(formulaText);
  requireTables(tables.length);
  const columns: TableColumns[] = [];
  for (const table of tables) {
    columns.push(await readColumns(table, formula, schema));
    onTable?.(columns.length);
  }
  const odd = columns.find(({ rows }) => rows !== columns[0].rows);
  if (odd) throw new VhgmError("data", `${odd.name} has ${odd.rows} rows and ${columns[0].name} has ${columns[0].rows}; completed tables of one data set have equally many.`);
  const coding = settleCoding(formula, columns, family, schema);
  const designs = columns.map((table) => buildDesign(formula, table, coding, family));
  const fits = designs.map((design, k) => (family === "linear" ? leastSquares : logistic)(design, columns[k].name));
  const fewest = Math.min(...designs.map(({ rows }) => rows));
  return {
    formula: formula.text,
    family,
    tables: tables.length,
    rows: fewest,
    leftOut: columns[0].rows - fewest,
    level,
    terms: poolFits(coding.names, fits, level),
    references: Object.fromEntries([...coding.levels].filter(([text]) => text !== formula.response.text).map(([text, levels]) => [text, levels[0]])),
    ...(coding.success === undefined ? {} : { success: coding.success }),
  };
}
