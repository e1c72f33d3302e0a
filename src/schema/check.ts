import { derivedProblems } from "./derived.js";
import { lessProblems } from "./less.js";
import { ruleProblems } from "./rules.js";
import { isNumeric, type Attribute, type Schema } from "./schema.js";
import { dateFormatPattern } from "./values.js";

/** Something that the field types alone do not rule out. */
export interface SchemaProblem {
  /** Place of the attribute in `schema.attributes`. */
  readonly attribute: number;
  readonly field: keyof Attribute;
  /** Place within the field's list, if the problem is one entry. */
  readonly item?: number;
  /** What is wrong and what is allowed, to stand after the attribute's name. */
  readonly message: string;
}

/** Whether attributes of this type take levels: ordinal, categorical and binary. */
const usesLevels = (attribute: Pick<Attribute, "type">): boolean => !isNumeric(attribute.type);

/** Contradictions in a schema, in the order of its attributes. Empty for a schema that can be used. */
export function schemaProblems(schema: Schema): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const owners = new Map<string, number>();
  schema.attributes.forEach(({ name }, attribute) => {
    const owner = owners.get(name);
    if (owner === undefined) owners.set(name, attribute);
    else
      problems.push({ attribute, field: "name", message: `the name is also that of attribute ${owner + 1}; names must differ` });
  });
  schema.attributes.forEach((attribute, index) => {
    const add = (field: keyof Attribute, message: string, item?: number): void => {
      problems.push({ attribute: index, field, message, ...(item === undefined ? {} : { item }) });
    };
    if (attribute.role === "attribute") checkType(attribute, add);
    checkTexts(attribute, add);
    checkConversions(attribute, add);
    attribute.conversions?.forEach(({ column, source }, item) => {
      if (source !== undefined) return;
      const owner = owners.get(column);
      if (owner === undefined) owners.set(column, index);
      else if (owner !== index) add("conversions", `the column ${JSON.stringify(column)} also belongs to attribute ${owner + 1}; it must be one column`, item);
    });
    attribute.aliases?.forEach((alias, item) => {
      const owner = owners.get(alias);
      if (owner === undefined) owners.set(alias, index);
      else if (owner !== index)
        add(
          "aliases",
          `the alias ${JSON.stringify(alias)} also belongs to attribute ${owner + 1}; it must name one column`,
          item,
        );
    });
  });
  for (const { attribute, message } of ruleProblems(schema)) problems.push({ attribute, field: "applies_when", message });
  for (const { attribute, message } of derivedProblems(schema)) problems.push({ attribute, field: "equals", message });
  for (const { attribute, message } of lessProblems(schema)) problems.push({ attribute, field: "less_than", message });
  return problems.sort((a, b) => a.attribute - b.attribute);
}

type Add = (field: keyof Attribute, message: string, item?: number) => void;

function checkType(attribute: Attribute, add: Add): void {
  const { type, levels, resolution, min, max, decimal, format } = attribute;
  if (decimal !== undefined && (usesLevels(attribute) || type === "date")) add("decimal", `decimal is for numbers, not for the type ${type}`);
  if (format !== undefined && type !== "date") add("format", `format is for dates, not for the type ${type}`);
  else if (format !== undefined && !dateFormatPattern.test(format))
    add("format", `format is ${JSON.stringify(format)}; allowed are YYYY-MM-DD or YYYY/MM/DD, then T or a space with hh:mm or hh:mm:ss, then Z`);
  if (usesLevels(attribute)) {
    if (levels === undefined || levels.length === 0)
      add("type", `the type ${type} needs levels, a list of the texts in the column`);
    else if (type === "binary" && levels.length > 2)
      add("levels", `a binary attribute has at most 2 levels, not ${levels.length}; use categorical or ordinal`);
    for (const [field, value] of Object.entries({ resolution, min, max })) {
      if (value !== undefined) add(field as keyof Attribute, `${field} is for numbers and dates, not for the type ${type}`);
    }
    return;
  }
  if (levels !== undefined) add("levels", `levels are for the types ordinal, categorical and binary, not for ${type}`);
  if (min !== undefined && max !== undefined && min > max) add("min", `min ${min} is above max ${max}`);
  if (type === "count" && (min ?? 0) < 0) add("min", `min ${min} is below 0, which a count never is; use the type real`);
  if (type === "positive" && (min ?? 1) <= 0)
    add("min", `min ${min} is not above 0, as the type positive demands; use the type real`);
}

function checkConversions({ name, type, role, conversions = [] }: Attribute, add: Add): void {
  conversions.forEach(({ column, source, multiply, add: shift }, item) => {
    if (role !== "attribute" || !isNumeric(type) || type === "date") add("conversions", "conversions are for numbers", item);
    if (multiply === undefined && shift === undefined) add("conversions", "a conversion needs multiply or add, else aliases will do", item);
    if (multiply === 0) add("conversions", "multiply is 0, which would make all values the same", item);
    if (column === name && source === undefined)
      add("conversions", "the column is the attribute itself, so source must say in which table it has another unit", item);
    const twin = conversions.findIndex((other) => other.column === column && other.source === source);
    if (twin < item) add("conversions", `the same column${source === undefined ? "" : " of the same source"} is also converted by entry ${twin + 1}`, item);
  });
}

function checkTexts({ levels = [], missing = [] }: Attribute, add: Add): void {
  const seen = new Set<string>();
  levels.forEach((level, item) => {
    if (level.trim() === "") add("levels", "a level is empty, but an empty cell always means missing", item);
    if (seen.has(level)) add("levels", `the level ${JSON.stringify(level)} stands twice; levels must differ`, item);
    if (missing.includes(level))
      add("missing", `${JSON.stringify(level)} is both a level and missing; it can only be one`, missing.indexOf(level));
    seen.add(level);
  });
}
