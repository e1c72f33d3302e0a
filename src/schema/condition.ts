/**
 * The language of `applies_when`, for instance sex = 'F' and (age >= 18 or not smoking in ('never', 'former')).
 *
 *     or         = and { "or" and }
 *     and        = not { "and" not }
 *     not        = "not" not | "(" or ")" | comparison
 *     comparison = name ("=" | "!=" | "<" | "<=" | ">" | ">=") value | name sign name (where two attributes may be compared) | name ["not"] "in" "(" value { "," value } ")"
 *     name       = a plain word, or anything in double quotes ("" stands for one)
 *     value      = a number, a date (2024-05-31), or a text in single quotes ('' stands for one)
 */
import { VhgmError } from "../base/errors.js";
import { parseDate } from "./values.js";

export const comparisons = ["=", "!=", "<", "<=", ">", ">="] as const;
export type Comparison = (typeof comparisons)[number];

/** A number, or a text; a date is its text. */
export type Literal = number | string;

export type Condition =
  | { readonly kind: "compare"; readonly name: string; readonly op: Comparison; readonly value: Literal }
  | { readonly kind: "pair"; readonly name: string; readonly op: Comparison; readonly other: string }
  | { readonly kind: "in"; readonly name: string; readonly values: readonly Literal[] }
  | { readonly kind: "and" | "or"; readonly terms: readonly Condition[] }
  | { readonly kind: "not"; readonly term: Condition };

type Token =
  | { readonly kind: "name" | "text" | "date" | "sign" | "word"; readonly text: string; readonly at: number }
  | { readonly kind: "number"; readonly text: string; readonly value: number; readonly at: number };

const words = new Set(["and", "or", "not", "in"]);
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A name as it stands in a condition: plain if it is a simple word, else in double quotes. */
const formatName = (name: string): string =>
  plainName.test(name) && !words.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`;

const formatLiteral = (value: Literal): string => (typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`);

/** The condition as text; `parseCondition` reads it back to the same condition. */
export function formatCondition(condition: Condition): string {
  switch (condition.kind) {
    case "compare":
      return `${formatName(condition.name)} ${condition.op} ${formatLiteral(condition.value)}`;
    case "pair":
      return `${formatName(condition.name)} ${condition.op} ${formatName(condition.other)}`;
    case "in":
      return `${formatName(condition.name)} in (${condition.values.map(formatLiteral).join(", ")})`;
    case "not":
      return `not ${bracketed(condition.term, ["and", "or"])}`;
    case "and":
      return condition.terms.map((term) => bracketed(term, ["and", "or"])).join(" and ");
    case "or":
      return condition.terms.map((term) => bracketed(term, ["or"])).join(" or ");
  }
}

const bracketed = (term: Condition, kinds: readonly Condition["kind"][]): string =>
  kinds.includes(term.kind) ? `(${formatCondition(term)})` : formatCondition(term);

/**
 * Reads a condition.
 * @param pairs whether attributes may be compared with each other, which rules of a dictionary must not
 * @throws VhgmError "schema" that says what stands where, and what is allowed there; no full stop ends it
 */
export function parseCondition(text: string, { pairs = false }: { readonly pairs?: boolean } = {}): Condition {
  const tokens = tokenize(text);
  let next = 0;
  const peek = (kind: Token["kind"], token?: string): boolean => tokens[next]?.kind === kind && (token === undefined || tokens[next].text === token);
  const take = (kind: Token["kind"], token?: string): boolean => peek(kind, token) && ++next > 0;
  const fail = (allowed: string): never => {
    const token = tokens[next];
    const given = token === undefined ? "the condition ends" : `${shown(token)} stands`;
    const place = token === undefined ? "" : ` at character ${token.at + 1}`;
    throw new VhgmError("schema", `in the condition ${JSON.stringify(text)} ${given}${place} where ${allowed}`);
  };

  const chain = (word: "and" | "or", term: () => Condition): Condition => {
    const terms = [term()];
    while (take("word", word)) terms.push(term());
    return terms.length === 1 ? terms[0] : { kind: word, terms };
  };
  const either = (): Condition => chain("or", both);
  const both = (): Condition => chain("and", negated);
  const negated = (): Condition => {
    if (take("word", "not")) return { kind: "not", term: negated() };
    if (!take("sign", "(")) return comparison();
    const inner = either();
    if (!take("sign", ")")) fail("and, or or a closing parenthesis is expected");
    return inner;
  };
  const comparison = (): Condition => {
    if (!peek("name")) fail("the name of an attribute is expected (a plain word, or any name in double quotes)");
    const name = tokens[next++].text;
    if (take("word", "not")) {
      if (!peek("word", "in")) fail("in is expected after not");
      return { kind: "not", term: comparisonOf(name) };
    }
    return comparisonOf(name);
  };
  const comparisonOf = (name: string): Condition => {
    if (take("word", "in")) {
      if (!take("sign", "(")) fail("a list in parentheses is expected, such as in ('a', 'b')");
      const values = [literal()];
      while (take("sign", ",")) values.push(literal());
      if (!take("sign", ")")) fail("a comma or a closing parenthesis is expected");
      return { kind: "in", name, values };
    }
    const op = comparisons.find((sign) => peek("sign", sign));
    if (op === undefined) return fail(`one of ${comparisons.join(" ")}, in or not in is expected`);
    next++;
    if (pairs && peek("name")) return { kind: "pair", name, op, other: tokens[next++].text };
    return { kind: "compare", name, op, value: literal() };
  };
  const literal = (): Literal => {
    const token = tokens[next];
    if (token?.kind === "number") return next++, token.value;
    if (token?.kind === "text" || token?.kind === "date") return next++, token.text;
    return fail("a value is expected: a number, a date such as 2024-05-31, or a text in single quotes such as 'F'");
  };

  const condition = either();
  if (next < tokens.length) fail("and, or or the end is expected");
  return condition;
}

const shown = (token: Token): string => (token.kind === "text" ? `'${token.text}'` : token.kind === "name" ? `the name ${token.text}` : token.text);

const patterns: readonly (readonly [Token["kind"] | "space", RegExp])[] = [
  ["space", /\s+/y],
  ["date", /\d{4}-\d{1,2}-\d{1,2}(?![\w.])/y],
  ["number", /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])/y],
  ["text", /'(?:[^']|'')*'/y],
  ["name", /"(?:[^"]|"")*"/y],
  ["word", /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy],
  ["sign", /<=|>=|!=|[=<>(),]/y],
];

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const found = patterns.flatMap(([kind, pattern]) => {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      return match ? [{ kind, match: match[0] }] : [];
    })[0];
    if (!found) {
      const hint = text[at] === "'" || text[at] === '"' ? "a quotation mark that is never closed" : `${JSON.stringify(text[at])}, which has no meaning`;
      throw new VhgmError("schema", `in the condition ${JSON.stringify(text)} there is ${hint} at character ${at + 1}; allowed are names, = != < <= > >= in, and, or, not, parentheses, numbers, dates and texts in single quotes`);
    }
    if (found.kind !== "space") tokens.push(tokenOf(found.kind, found.match, at, text));
    at += found.match.length;
  }
  return tokens;
}

function tokenOf(kind: Token["kind"], match: string, at: number, text: string): Token {
  switch (kind) {
    case "number":
      // -0 and 0 are one value.
      return { kind, text: match, value: Number(match) + 0, at };
    case "text":
      return { kind, text: match.slice(1, -1).replaceAll("''", "'"), at };
    case "date":
      if (parseDate(match) === null) throw new VhgmError("schema", `in the condition ${JSON.stringify(text)} ${match} at character ${at + 1} is no day of the calendar; dates are written YYYY-MM-DD`);
      return { kind, text: match, at };
    case "word":
      return words.has(match.toLowerCase()) ? { kind, text: match.toLowerCase(), at } : { kind: "name", text: match, at };
    case "name":
      return { kind, text: match.slice(1, -1).replaceAll('""', '"'), at };
    default:
      return { kind, text: match, at };
  }
}
