import { ruleReport, type RuleReport } from "../data/applicable.js";
import { derivedNotes, derivedReport, lessNotes, lessReport, type DerivedReport, type LessReport } from "../data/agreement.js";
import { CellsBuilder, matchColumns } from "../data/cells.js";
import type { FileTable } from "../data/node/open.js";
import { isJoined } from "../data/sources.js";
import { compileDerived } from "../schema/derived.js";
import { compileLess } from "../schema/less.js";
import { compileRules } from "../schema/rules.js";
import type { Schema } from "../schema/schema.js";
import { quote } from "../schema/suggest.js";
import { count, counted, layTable } from "./text.js";

/** How the rules of a dictionary fit a table. */
export interface RulesOfTable {
  readonly table: string;
  readonly rows: number;
  readonly rules: readonly RuleReport[];
  /** How the numbers that follow from others (equals) agree with them. */
  readonly derived: readonly DerivedReport[];
  /** How the numbers that are less than others (less_than) agree with them. */
  readonly less: readonly LessReport[];
  /** Texts that are no level of the dictionary, by column, with the first one; they count as missing. */
  readonly unknown: readonly { readonly name: string; readonly text: string; readonly count: number }[];
}

/** Reads a table by a dictionary and counts who obeys its rules. @throws VhgmError "data" for cells that the dictionary does not allow */
export async function checkRules(table: FileTable, schema: Schema, onRows: (rows: number) => void): Promise<RulesOfTable> {
  const rules = compileRules(schema);
  const builder = new CellsBuilder(schema, table.columns, table.name, 0, isJoined(table) ? table.placeOf : undefined);
  let rows = 0;
  for await (const batch of table.batches()) {
    builder.add(batch);
    onRows((rows += batch.length));
  }
  const present = new Set(matchColumns(schema, table.columns, table.name).flatMap(({ attribute, at }) => (at < 0 ? [] : [attribute.name])));
  const cells = builder.finish();
  const derived = derivedReport(cells, compileDerived(schema)).filter(({ name }) => present.has(name));
  const less = lessReport(cells, compileLess(schema)).filter(({ name, than }) => present.has(name) && present.has(than));
  return { table: table.name, rows, rules: ruleReport(cells, rules).filter(({ name }) => present.has(name)), derived, less, unknown: builder.unknownLevels };
}

export function describeRules({ table, rows, rules, derived, less, unknown }: RulesOfTable): string {
  const follows = derived.map(({ name, text, compared }) => `${name} = ${text}: compared in ${counted(compared, "row")}.`);
  const below = less.map(({ name, than, compared }) => `${name} < ${than}: compared in ${counted(compared, "row")}.`);
  const foreign = unknown.map(({ name, text, count: cells }) => `${counted(cells, "cell")} of ${name} ${cells === 1 ? "holds" : "hold"} no level of the dictionary, for instance ${quote(text)}, and ${cells === 1 ? "counts" : "count"} as missing.`);
  const agreement = [...follows, ...derivedNotes(derived), ...below, ...lessNotes(less), ...foreign];
  if (rules.length === 0) return [`${table}: ${counted(rows, "row")}; the dictionary has no rules (applies_when) for its columns.`, ...agreement].join("\n");
  const number = (title: string) => ({ title, align: "right" as const });
  const lines = rules.map((rule) => [
    rule.name, rule.condition, count(rule.observed), count(rule.missing), count(rule.others), count(rule.violations), count(rule.undecided),
  ]);
  const broken = rules.filter(({ violations }) => violations > 0);
  return [
    `${table}: ${counted(rows, "row")}, ${counted(rules.length, "rule")}. An attribute applies to the people who have a value or a hole; others should have none.`,
    "",
    layTable([{ title: "attribute", most: 32 }, { title: "applies where", most: 48 }, number("value"), number("hole"), number("does not apply"), number("yet a value"), number("unknown")], lines),
    "",
    ...(broken.length === 0
      ? ["Every row obeys them."]
      : broken.map(({ name, violations, firstViolation }) => `${counted(violations, "row")} of ${name} ${violations === 1 ? "breaks its rule" : "break its rule"}, the first in row ${count(firstViolation + 1)}: the rule or the cells are wrong.`)),
    ...agreement,
  ].join("\n");
}
