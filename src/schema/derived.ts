/** Attributes that follow from others, such as body mass index from height and weight. */
import { VhgmError } from "../base/errors.js";
import { calculate, namesIn, parseExpression, type Expression } from "./expression.js";
import { nearNames } from "./nearNames.js";
import { isNumeric, type Attribute, type Schema } from "./schema.js";
import { solveMonotone } from "./solve.js";
import { countDecimals } from "./values.js";

export interface Derived {
  /** Place of the attribute among the modelled ones. */
  readonly attribute: number;
  /** Places of those that it follows from. */
  readonly parts: readonly number[];
  /** The expression as the dictionary has it. */
  readonly text: string;
  /** The value that follows, rounded to the attribute's resolution; NaN where a part is not known or there is no result. */
  value(values: ArrayLike<number>): number;
  /**
   * The value of a part at which the others lead to the attribute's own value; NaN where one of them is not known, or where there
   * is none, or more than one, between the part's ends.
   */
  part(part: number, values: ArrayLike<number>, ends: readonly [low: number, high: number]): number;
}

/** What is wrong with an `equals`: the attribute's place in the schema, and a sentence without its full stop. */
export interface DerivedProblem {
  readonly attribute: number;
  readonly message: string;
}

interface Draft {
  readonly text: string;
  readonly expression: Expression;
  readonly parts: readonly number[];
}

function readAll(attributes: readonly Attribute[]): { drafts: Map<number, Draft>; problems: DerivedProblem[] } {
  const drafts = new Map<number, Draft>();
  const problems: DerivedProblem[] = [];
  attributes.forEach(({ equals: text, role, type }, attribute) => {
    if (text === undefined) return;
    try {
      if (role !== "attribute" || !isNumeric(type) || type === "date") throw new VhgmError("schema", "equals is for modelled numbers");
      const expression = parseExpression(text);
      const parts = namesIn(expression).map((name) => findPart(name, text, attributes, attribute));
      if (parts.length === 0) throw new VhgmError("schema", `the expression ${JSON.stringify(text)} names no attribute`);
      drafts.set(attribute, { text, expression, parts });
    } catch (error) {
      if (!(error instanceof VhgmError)) throw error;
      problems.push({ attribute, message: error.message });
    }
  });
  const { circle } = sorted(drafts);
  if (circle !== undefined) problems.push({ attribute: circle, message: "equals leads back to the attribute itself; it must follow from other attributes" });
  return { drafts, problems };
}

function findPart(name: string, text: string, attributes: readonly Attribute[], own: number): number {
  const at = attributes.findIndex((attribute) => attribute.name === name || attribute.aliases?.includes(name));
  const found = attributes[at];
  const isPart = ({ role, type }: Attribute): boolean => role === "attribute" && isNumeric(type) && type !== "date";
  if (found && isPart(found)) return at;
  const near = nearNames(name, attributes.flatMap((other, k) => (k !== own && isPart(other) ? [other.name] : [])));
  const why = found === undefined ? `no attribute has that name${near && `; ${near}`}` : found.role !== "attribute" ? `it has the role ${found.role}` : `it has the type ${found.type}`;
  throw new VhgmError("schema", `the expression ${JSON.stringify(text)} names ${name}, but ${why}; modelled numbers are allowed`);
}

/** Each after its parts. */
function sorted(drafts: ReadonlyMap<number, Draft>): { order: number[]; circle?: number } {
  const order: number[] = [];
  const open = new Set<number>();
  let circle: number | undefined;
  const visit = (at: number): void => {
    const draft = drafts.get(at);
    if (!draft || order.includes(at)) return;
    if (open.has(at)) return void (circle ??= at);
    open.add(at);
    draft.parts.forEach(visit);
    order.push(at);
  };
  for (const at of drafts.keys()) visit(at);
  return { order, circle };
}

/** What is wrong with a dictionary's `equals`. */
export const derivedProblems = (schema: Pick<Schema, "attributes">): DerivedProblem[] => readAll(schema.attributes).problems;

/**
 * The derived attributes of a dictionary, each after those that it follows from.
 * @throws VhgmError "schema" naming the attribute, for an expression that cannot be read or that names what it must not
 */
export function compileDerived(schema: Pick<Schema, "attributes">): Derived[] {
  const [problem] = derivedProblems(schema);
  if (problem) throw new VhgmError("schema", `attribute ${JSON.stringify(schema.attributes[problem.attribute].name)}: ${problem.message}.`);
  const attributes = schema.attributes.filter(({ role }) => role === "attribute");
  const { drafts } = readAll(attributes);
  return sorted(drafts).order.map((attribute) => {
    const { text, expression, parts } = drafts.get(attribute)!;
    const placeOf = new Map(namesIn(expression).map((name, k) => [name, parts[k]]));
    const { resolution } = attributes[attribute];
    return {
      attribute,
      parts,
      text,
      value: (values) => rounded(calculate(expression, (name) => values[placeOf.get(name)!]), resolution),
      part: (part, values, [low, high]) => {
        const result = (x: number): number => calculate(expression, (name) => (placeOf.get(name) === part ? x : values[placeOf.get(name)!]));
        return solveMonotone((x) => result(x) - values[attribute], low, high);
      },
    };
  });
}

function rounded(value: number, resolution: number | undefined): number {
  if (!Number.isFinite(value)) return NaN;
  if (resolution === undefined) return Number(value.toPrecision(8));
  return Number((Math.round(value / resolution) * resolution).toFixed(Math.min(countDecimals(resolution), 20)));
}
