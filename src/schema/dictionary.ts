import { isScalar, LineCounter, parseDocument, type Document } from "yaml";
import { VhgmError } from "../base/errors.js";
import { schemaProblems } from "./check.js";
import type { AttributeNote, InferredSchema } from "./infer.js";
import { describeIssue, firstIssue, isRecord, issuePath, nameAttribute, offsetOf } from "./locate.js";
import { withWholeCounts } from "./resolution.js";
import { attributeSchema, conversionSchema, schemaSchema, type Attribute, type Conversion, type Schema } from "./schema.js";
import { parseNumber } from "./values.js";

const header = `\
# Data dictionary: what each column of the table is. The values below were guessed from the table; your edits always win.
#
# Lines such as "# missing: [...]" are suggestions: remove the "# " to take one. "or" after a value names another choice.
# role      attribute (part of the model), id, key, text, weight or ignore (copied through unchanged); attribute by default
# type      real (any number), positive (above 0), count (0, 1, 2, ...), date; with levels: ordinal, categorical, binary
# levels    the texts in the column; in their order for ordinal. A text that you list under missing ceases to be a level.
#           A text that differs from a level only in case or blanks (" Male" from male) counts as it, unless it is a level too.
# min, max  the smallest and largest possible value (dates: days since 1970-01-01); results never leave this range
# resolution  the step in which values are recorded; results are rounded to it. 1 for counts that state none
# decimal   "," where the column's numbers are written with a decimal comma (171,8); filled values are then, too
# format    how dates are written where it is not YYYY-MM-DD (or YYYY-MM-DDThh:mm:ssZ), such as "YYYY-MM-DD hh:mm"
# missing   texts that mean "no value", besides an empty cell, NA and "."
# less_than     name of a number that is larger in every invented person: systolic at diastolic
# applies_when  a condition such as "sex = 'F' and age >= 18": cells of other people stay empty. Set it only where the
#           column makes no sense for them, not where their value is merely unknown. It takes = != < <= > >= in ('a', 'b')
#           and, or, not, parentheses; names with spaces or signs in double quotes, texts in single ones.
# equals    what a number follows from, such as "weight / (height / 100)^2": filled and invented cells then agree with it.
# Further fields: label, unit, aliases (names of the same column in other tables), conversions (columns in another unit:
#           {column: "glucose", source: "laboratory", multiply: 18.016} for the column of laboratory.csv; add: shifts).
`;

/** Fields in the order in which they are written. */
const fieldOrder = Object.keys(attributeSchema.shape) as (keyof Attribute)[];
const numberFields = new Set<string>(["resolution", "min", "max"]);
const conversionNumbers = ["multiply", "add"];
const longestLine = 110;

/**
 * The data dictionary as YAML for a person to edit: each attribute under a comment with the reason of the guess and the
 * missing rate, suggestions as commented-out lines. `parseDictionary` reads it back to the same schema.
 */
export function formatDictionary({ schema, notes }: InferredSchema): string {
  const noteOf = new Map(notes.map((note) => [note.name, note]));
  const blocks = schema.attributes.map((attribute) => formatAttribute(attribute, noteOf.get(attribute.name)));
  return `${header}version: ${schema.version}\nattributes:\n${blocks.join("\n")}`;
}

function formatAttribute(attribute: Attribute, note: AttributeNote | undefined): string {
  const alternatives = new Map<string, string>();
  const added: string[] = [];
  for (const suggestion of note?.suggestions ?? []) {
    const [, field, rest] = /^(\w+): (.*)$/s.exec(suggestion) ?? [];
    if (field !== undefined && field in attribute && (field !== "role" || attribute.role !== "attribute")) alternatives.set(field, rest);
    else added.push(suggestion);
  }
  const lines = note ? [`  # ${oneLine(note.reason)} ${describeMissing(note)}`] : [];
  for (const field of fieldOrder) {
    const value = attribute[field];
    if (value === undefined || (field === "role" && value === "attribute")) continue;
    const alternative = alternatives.get(field);
    const comment = alternative === undefined ? "" : `  # or ${oneLine(alternative.replace(/ {2}# /, ", "))}`;
    lines.push(`${field === "name" ? "  - " : "    "}${field}:${formatValue(field, value, comment)}`);
  }
  lines.push(...added.map((suggestion) => `    # ${oneLine(suggestion)}`));
  return `${lines.join("\n")}\n`;
}

/** Texts are always quoted, so that yes, null, 1e3 and the like stay texts; long lists take a line per entry. */
function formatValue(field: keyof Attribute, value: string | number | readonly (string | Conversion)[], comment: string): string {
  if (typeof value === "number") return ` ${value}${comment}`;
  if (typeof value === "string") return ` ${field === "type" || field === "role" ? value : quote(value)}${comment}`;
  const items = value.map((item) => (typeof item === "string" ? quote(item) : formatConversion(item)));
  const flow = ` [${items.join(", ")}]`;
  if (flow.length <= longestLine) return `${flow}${comment}`;
  return `${comment}\n${items.map((item) => `      - ${item}`).join("\n")}`;
}

const conversionFields = Object.keys(conversionSchema.shape) as (keyof Conversion)[];

/** A conversion on one line, as a flow mapping; also the words of a suggestion. */
export function formatConversion(conversion: Conversion): string {
  const fields = conversionFields.flatMap((field) => {
    const value = conversion[field];
    return value === undefined ? [] : [`${field}: ${typeof value === "string" ? quote(value) : value}`];
  });
  return `{${fields.join(", ")}}`;
}

/** A double-quoted YAML string: JSON's, with the remaining characters that YAML does not print escaped as well. */
const quote = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const describeMissing = ({ missingRate, observed, distinct }: AttributeNote): string =>
  `${(100 * missingRate).toFixed(1)}% missing, ${observed} cells with a value, ${distinct} different.`;

/** Text for a comment: anything that could end the line becomes a space. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]+/gu, " ");

/**
 * Reads a data dictionary in YAML or JSON. Texts may stand without quotes: every scalar is taken as it is written, so `No`,
 * `007` and `1.0` are fine as levels. A field without a value counts as absent; a level that is also listed under `missing`
 * ceases to be a level, and counts have the resolution 1 unless they state another.
 * @throws VhgmError("schema") naming file, line, attribute and field of the first mistake, and what is allowed.
 */
export function parseDictionary(text: string, fileName: string): Schema {
  const lines = new LineCounter();
  // The failsafe schema reads every scalar as a text; numbers are made from those fields that are numbers.
  const document = parseDocument(text, { lineCounter: lines, schema: "failsafe", prettyErrors: false });
  const fail = (offset: number | undefined, message: string): never => {
    const line = offset === undefined ? "" : `, line ${lines.linePos(offset).line}`;
    throw new VhgmError("schema", `${fileName}${line}: ${message}.`);
  };
  const [syntaxError] = document.errors;
  if (syntaxError) fail(syntaxError.pos[0], `the text is not valid YAML (${syntaxError.message.replace(/\.$/, "")})`);

  const raw = readNumbers(document, fail);
  const result = schemaSchema.safeParse(raw);
  if (!result.success) {
    const issue = firstIssue(document, result.error.issues);
    return fail(offsetOf(document, issuePath(issue)), describeIssue(issue, raw));
  }
  const schema = { ...result.data, attributes: result.data.attributes.map(dropMissingLevels) };
  const [problem] = schemaProblems(schema);
  if (problem) {
    const { attribute, field, item, message } = problem;
    const path = ["attributes", attribute, field, ...(item === undefined ? [] : [item])];
    fail(offsetOf(document, path), `${nameAttribute(raw, attribute)}: ${message}`);
  }
  return withWholeCounts(schema);
}

/** The document as plain data, with numbers where the schema has numbers and without fields that have no value. */
function readNumbers(document: Document.Parsed, fail: (offset: undefined, message: string) => never): unknown {
  let raw: unknown;
  try {
    raw = document.toJS();
  } catch (cause) {
    // An asterisk without quotes ("levels: [*, **]") is read as a reference to an anchor.
    fail(undefined, `the text is not valid YAML (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (!isRecord(raw)) return raw;
  if (typeof raw.version === "string") raw.version = parseNumber(raw.version) ?? raw.version;
  if (!Array.isArray(raw.attributes)) return raw;
  raw.attributes.forEach((attribute: unknown, i) => {
    if (!isRecord(attribute)) return;
    for (const [field, value] of Object.entries(attribute)) {
      const node = document.getIn(["attributes", i, field], true);
      if (isScalar(node) && node.type === "PLAIN" && node.source === "") delete attribute[field];
      else if (numberFields.has(field) && typeof value === "string") attribute[field] = parseNumber(value) ?? value;
    }
    if (Array.isArray(attribute.conversions)) for (const conversion of attribute.conversions as unknown[]) readConversion(conversion);
  });
  return raw;
}

function readConversion(conversion: unknown): void {
  if (!isRecord(conversion)) return;
  for (const field of conversionNumbers) {
    const value = conversion[field];
    if (typeof value === "string") conversion[field] = parseNumber(value) ?? value;
  }
}

/** A level that a person declares missing is no level any more, so that taking a suggestion is one edit and not two. */
function dropMissingLevels(attribute: Attribute): Attribute {
  const { levels, missing } = attribute;
  if (!levels || !missing) return attribute;
  return { ...attribute, levels: levels.filter((level) => !missing.includes(level)) };
}
