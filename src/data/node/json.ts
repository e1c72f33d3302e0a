/** The kinds of JSON values; `integer` has no fraction and no exponent, `nested` is an object or an array. */
export type JsonKind = "null" | "string" | "integer" | "decimal" | "boolean" | "nested";

export interface JsonMember {
  readonly key: string;
  readonly kind: JsonKind;
  /** A string's characters, or the value's own text: 1.50 stays "1.50" and no digit of a long integer is lost. */
  readonly text: string;
}

/**
 * The members of one JSON object in their order, each value as text. `JSON.parse` alone would round numbers and put
 * keys that look like integers first.
 * @throws SyntaxError if `source` is not a JSON object, or names a key twice
 */
export function jsonMembers(source: string): JsonMember[] {
  const value: unknown = JSON.parse(source);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new SyntaxError("not an object");
  // From here on the text is known to be well-formed.
  const members: JsonMember[] = [];
  const keys = new Set<string>();
  let i = source.indexOf("{") + 1;
  for (;;) {
    i = skip(source, i);
    if (source[i] === "}") return members;
    const keyEnd = stringEnd(source, i);
    const key = unquote(source.slice(i, keyEnd));
    if (keys.has(key)) throw new SyntaxError(`the key "${key}" occurs twice`);
    keys.add(key);
    const start = skip(source, keyEnd);
    const end = valueEnd(source, start);
    const raw = source.slice(start, end);
    const kind = kindOf(raw);
    members.push({ key, kind, text: kind === "string" ? unquote(raw) : raw });
    i = end;
  }
}

/** Position of the next character that is neither white space nor , nor : */
function skip(source: string, i: number): number {
  for (;;) {
    const code = source.charCodeAt(i);
    if (code !== 32 && code !== 44 && code !== 58 && code !== 9 && code !== 10 && code !== 13) return i;
    i++;
  }
}

/** Position behind the string that starts at `i`. */
function stringEnd(source: string, i: number): number {
  for (let end = source.indexOf('"', i + 1); ; end = source.indexOf('"', end + 1)) {
    let slashes = 0;
    while (source[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

/** Position behind the value that starts at `i`. */
function valueEnd(source: string, i: number): number {
  const first = source[i];
  if (first === '"') return stringEnd(source, i);
  if (first !== "{" && first !== "[") {
    let end = i;
    while (/[^\s,}\]]/.test(source[end])) end++;
    return end;
  }
  for (let depth = 0; ; ) {
    const c = source[i];
    if (c === '"') {
      i = stringEnd(source, i);
      continue;
    }
    if (c === "{" || c === "[") depth++;
    if (c === "}" || c === "]") depth--;
    i++;
    if (depth === 0) return i;
  }
}

const unquote = (raw: string): string => (raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1));

function kindOf(raw: string): JsonKind {
  switch (raw[0]) {
    case '"':
      return "string";
    case "{":
    case "[":
      return "nested";
    case "n":
      return "null";
    case "t":
    case "f":
      return "boolean";
    default:
      return /[.eE]/.test(raw) ? "decimal" : "integer";
  }
}

/** True for text that JSON takes for a number. */
export const isJsonNumber = (text: string): boolean => /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
