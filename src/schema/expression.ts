/**
 * Arithmetic on attributes, for instance weight / (height / 100)^2.
 *
 *     sum     = product { ("+" | "-") product }
 *     product = sign { ("*" | "/") sign }
 *     sign    = "-" sign | power
 *     power   = operand [ "^" sign ]
 *     operand = a number | a name | "(" sum ")"
 *     name    = a plain word, or anything in double quotes ("" stands for one)
 */
import { VhgmError } from "../base/errors.js";

export type Operator = "+" | "-" | "*" | "/" | "^";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "negative"; readonly term: Expression }
  | { readonly kind: "binary"; readonly op: Operator; readonly left: Expression; readonly right: Expression };

interface Token {
  readonly kind: "number" | "name" | "sign";
  readonly text: string;
  readonly at: number;
}

const pattern = /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])|(?<name>[\p{L}_][\p{L}\p{M}\p{N}_]*|"(?:[^"]|"")*")|(?<sign>[-+*/^()]))/uy;

/**
 * Reads an expression.
 * @throws VhgmError "schema" that says what stands where, and what is allowed there; no full stop ends it
 */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text);
  let next = 0;
  const take = (...signs: readonly string[]): string | undefined => {
    const token = tokens[next];
    return token?.kind === "sign" && signs.includes(token.text) ? (next++, token.text) : undefined;
  };
  const fail = (allowed: string): never => {
    const token = tokens[next];
    throw new VhgmError("schema", `in the expression ${JSON.stringify(text)} ${token ? `${token.text} stands at character ${token.at + 1}` : "the end stands"} where ${allowed}`);
  };
  const chain = (signs: readonly Operator[], part: () => Expression): Expression => {
    let left = part();
    for (let op = take(...signs); op !== undefined; op = take(...signs)) left = { kind: "binary", op: op as Operator, left, right: part() };
    return left;
  };
  const sum = (): Expression => chain(["+", "-"], product);
  const product = (): Expression => chain(["*", "/"], sign);
  const sign = (): Expression => (take("-") ? { kind: "negative", term: sign() } : power());
  const power = (): Expression => {
    const left = operand();
    return take("^") ? { kind: "binary", op: "^", left, right: sign() } : left;
  };
  const operand = (): Expression => {
    const token = tokens[next];
    if (token?.kind === "number") return next++, { kind: "number", value: Number(token.text) };
    if (token?.kind === "name") return next++, { kind: "name", name: token.text };
    if (!take("(")) return fail("a number, the name of an attribute or an opening parenthesis is expected");
    const inner = sum();
    return take(")") ? inner : fail("an operator (+ - * / ^) or a closing parenthesis is expected");
  };
  const whole = sum();
  return next < tokens.length ? fail("an operator (+ - * / ^) or the end is expected") : whole;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (pattern.lastIndex = 0; pattern.lastIndex < end; ) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) {
      const at = from + /^\s*/.exec(text.slice(from))![0].length;
      throw new VhgmError("schema", `in the expression ${JSON.stringify(text)} there is ${JSON.stringify(text[at])} at character ${at + 1}, which has no meaning; allowed are names, numbers, + - * / ^ and parentheses`);
    }
    const { number, name, sign } = match.groups!;
    const token = number ?? name ?? sign;
    const at = pattern.lastIndex - token.length;
    const plain = token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token;
    tokens.push({ kind: number !== undefined ? "number" : name !== undefined ? "name" : "sign", text: plain, at });
  }
  return tokens;
}

/** The names in an expression, each once, in their order. */
export function namesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case "number":
      return [];
    case "name":
      return [expression.name];
    case "negative":
      return namesIn(expression.term);
    case "binary":
      return [...new Set([...namesIn(expression.left), ...namesIn(expression.right)])];
  }
}

/** What an expression comes to; NaN where a value is not known, or where there is no result. */
export function calculate(expression: Expression, valueOf: (name: string) => number): number {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "name":
      return valueOf(expression.name);
    case "negative":
      return -calculate(expression.term, valueOf);
    case "binary": {
      const left = calculate(expression.left, valueOf);
      const right = calculate(expression.right, valueOf);
      switch (expression.op) {
        case "+":
          return left + right;
        case "-":
          return left - right;
        case "*":
          return left * right;
        case "/":
          return left / right;
        case "^":
          return left ** right;
      }
    }
  }
}
