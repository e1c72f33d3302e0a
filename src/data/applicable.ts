/** The dictionary's rules held against the rows of a table. */
import { whichApply, type Rules } from "../schema/rules.js";
import type { Cells } from "./cells.js";

/** How a rule fits a table's rows. The four counts of people sum to the rows. */
export interface RuleReport {
  readonly name: string;
  /** The condition as the dictionary has it. */
  readonly condition: string;
  /** To whom it applies, with a value and without one. */
  readonly observed: number;
  readonly missing: number;
  /** To whom it does not apply. */
  readonly others: number;
  /** Of whom that is not known, because a cell of the condition is empty. */
  readonly undecided: number;
  /** How many of `others` have a value nevertheless, and the place of the first such row, from 0; -1 for none. */
  readonly violations: number;
  readonly firstViolation: number;
}

/** Counts, by rule, who obeys it and who does not, in the dictionary's order of attributes. */
export function ruleReport(cells: Cells, rules: Rules): RuleReport[] {
  const ordered = [...rules.rules].sort((a, b) => a.attribute - b.attribute);
  const reports = ordered.map(({ attribute, text }) => ({
    name: rules.attributes[attribute].name, condition: text,
    observed: 0, missing: 0, others: 0, undecided: 0, violations: 0, firstViolation: -1,
  }));
  for (let i = 0; reports.length > 0 && i < cells.rows; i++) {
    const applies = whichApply(rules, (at) => cells.values[at][i]);
    for (const [k, { attribute }] of ordered.entries()) {
      const report = reports[k];
      const truth = applies[attribute];
      const empty = Number.isNaN(cells.values[attribute][i]);
      if (truth === null) report.undecided++;
      else if (truth) report[empty ? "missing" : "observed"]++;
      else {
        report.others++;
        if (empty) continue;
        report.violations++;
        if (report.firstViolation < 0) report.firstViolation = i;
      }
    }
  }
  return reports;
}

/**
 * The cells with holes where an attribute has a value but does not apply: nothing is to be learned from those. The same
 * cells, not a copy, where there are none.
 */
export function obeyRules(cells: Cells, rules: Rules): { cells: Cells; reports: RuleReport[] } {
  const reports = ruleReport(cells, rules);
  if (reports.every(({ violations }) => violations === 0)) return { cells, reports };
  const values = cells.values.map((column, at) => (rules.ruleOf[at] ? column.slice() : column));
  for (let i = 0; i < cells.rows; i++) {
    const applies = whichApply(rules, (at) => cells.values[at][i]);
    for (const { attribute } of rules.rules) if (applies[attribute] === false) values[attribute][i] = NaN;
  }
  return { cells: { ...cells, values }, reports };
}

/** What a person should know of the cells that `obeyRules` took out, one sentence per attribute. */
export const violationNotes = (reports: readonly RuleReport[]): string[] =>
  reports.flatMap(({ name, condition, violations, firstViolation }) =>
    violations === 0
      ? []
      : [
          `${violations === 1 ? "One cell" : `${violations} cells`} of ${name} ${violations === 1 ? "holds" : "hold"} a value although it applies only where ${condition} ` +
            `(the first in row ${firstViolation + 1}); nothing was learned from ${violations === 1 ? "it" : "them"}.`,
        ],
  );
