/**
 * Formulas in R's manner, for instance log(crp) ~ age * sex + smoking + I(bmi^2) - 1.
 *
 *     formula = variable "~" sign? term { ("+" | "-") term }
 *     term    = "1" | "0" | product
 *     product = interaction { "*" interaction }      a * b stands for a + b + a:b
 *     interaction = variable { ":" variable }
 *     variable = name | log(E) | log2(E) | log10(E) | sqrt(E) | exp(E) | I(E) | factor(name), E arithmetic on attributes
 */
import { VhgmError } from "../../base/errors.js";
import { calculate, namesIn, parseExpression, type Expression } from "../../schema/expression.js";

/** A column itself, or a number that is calculated from columns. */
export type Variable =
  | { readonly kind: "column"; readonly text: string; readonly name: string; /** Levels, whatever the column is. */ readonly factor: boolean }
  | { readonly kind: "calculated"; readonly text: string; readonly names: readonly string[]; value(of: (name: string) => number): number };

export interface Formula {
  readonly text: string;
  readonly response: Variable;
  readonly intercept: boolean;
  /** Each an interaction of one variable or more; main effects first, then by the number of variables. */
  readonly terms: readonly (readonly Variable[])[];
}

const functions: Readonly<Record<string, (x: number) => number>> = { log: Math.log, log2: Math.log2, log10: Math.log10, sqrt: Math.sqrt, exp: Math.exp, I: (x) => x };
const name = /^(?:[\p{L}_.][\p{L}\p{M}\p{N}_.]*|"(?:[^"]|"")*"|`[^`]+`)$/u;
const call = /^(\w+)\s*\((.*)\)$/su;

/** @throws VhgmError "usage" that says what stands where, and what is allowed */
export function parseFormula(text: string): Formula {
  const sides = splitOutside(text, "~").parts;
  if (sides.length !== 2 || sides.some((side) => side.trim() === "")) {
    throw refused(text, "it must have one ~ with a text on either side, such as bmi ~ age + sex");
  }
  const { parts, signs } = splitOutside(sides[1], "+-");
  let intercept = true;
  const terms = new Map<string, readonly Variable[]>();
  parts.forEach((part, k) => {
    const term = part.trim();
    const minus = k > 0 && signs[k - 1] === "-";
    if (term === "" && k === 0 && parts.length > 1) return;
    if (term === "") throw refused(text, "a term is missing between two signs");
    if (term === "0" || term === "1") intercept = (term === "1") !== minus;
    else for (const product of products(term, text)) {
      const key = product.map((variable) => variable.text).sort().join(":");
      if (minus) terms.delete(key);
      else if (!terms.has(key)) terms.set(key, product);
    }
  });
  const ordered = [...terms.values()].map((term, k) => ({ term, k })).sort((a, b) => a.term.length - b.term.length || a.k - b.k).map(({ term }) => term);
  if (ordered.length === 0 && !intercept) throw refused(text, "there is neither a term nor an intercept");
  const response = variable(sides[0].trim(), text);
  if (ordered.some((term) => term.some((own) => isSame(own, response)))) throw refused(text, `${response.text} stands on both sides of ~, but what is explained can't explain itself`);
  return { text: text.trim(), response, intercept, terms: ordered };
}

/** Whether two variables are one: a column is the same whether its values count as levels or not. */
const isSame = (a: Variable, b: Variable): boolean => (a.kind === "column" && b.kind === "column" ? a.name === b.name : a.text === b.text);

/** a * b * c as all interactions of its factors. */
function products(term: string, formula: string): Variable[][] {
  const factors = splitOutside(term, "*").parts.map((part) => splitOutside(part, ":").parts.map((piece) => variable(piece.trim(), formula)));
  let found: Variable[][] = [[]];
  for (const factor of factors) found = [...found, ...found.map((part) => [...part, ...factor.filter(({ text }) => !part.some((other) => other.text === text))])];
  return found.slice(1).sort((a, b) => a.length - b.length);
}

function variable(text: string, formula: string): Variable {
  if (name.test(text)) return { kind: "column", text: plain(text), name: plain(text), factor: false };
  const [, fn, inner] = call.exec(text) ?? [];
  if (fn === "factor" && name.test(inner.trim())) return { kind: "column", text: `factor(${plain(inner.trim())})`, name: plain(inner.trim()), factor: true };
  const apply = fn === undefined ? undefined : functions[fn];
  if (!apply) throw refused(formula, `${JSON.stringify(text)} is none of a name, ${Object.keys(functions).map((f) => `${f}(…)`).join(", ")} and factor(name)`);
  let expression: Expression;
  try {
    expression = parseExpression(inner);
  } catch (cause) {
    throw refused(formula, (cause as Error).message);
  }
  return { kind: "calculated", text: text.replace(/\s+/g, " "), names: namesIn(expression), value: (of) => apply(calculate(expression, of)) };
}

const plain = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.startsWith("`") ? text.slice(1, -1) : text);

const refused = (text: string, why: string): VhgmError => new VhgmError("usage", `The formula ${JSON.stringify(text)} can't be read: ${why}.`);

/** Cuts at signs that stand outside of parentheses and quotes. */
function splitOutside(text: string, cuts: string): { parts: string[]; signs: string[] } {
  const parts = [""];
  const signs: string[] = [];
  let depth = 0;
  let quote = "";
  for (const char of text) {
    if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === '"' || char === "`") quote = char;
    else if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (depth === 0 && cuts.includes(char)) {
      signs.push(char);
      parts.push("");
      continue;
    }
    parts[parts.length - 1] += char;
  }
  return { parts, signs };
}

/** Names of all columns that a formula needs, each once. */
export const columnsOf = ({ response, terms }: Formula): string[] =>
  [...new Set([response, ...terms.flat()].flatMap((v) => (v.kind === "column" ? [v.name] : v.names)))];
