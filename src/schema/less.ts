/** Numbers that are always smaller than others, such as diastolic than systolic blood pressure. */
import { VhgmError } from "../base/errors.js";
import { nearNames } from "./nearNames.js";
import { isNumeric, type Attribute, type Schema } from "./schema.js";

export interface Less {
  /** Places among the modelled attributes: the value at `small` is less than that at `large` in everybody who has both. */
  readonly small: number;
  readonly large: number;
}

/** What is wrong with a `less_than`: the attribute's place in the schema, and a sentence without its full stop. */
export interface LessProblem {
  readonly attribute: number;
  readonly message: string;
}

function readLess(attributes: readonly Attribute[]): { found: Less[]; problems: LessProblem[] } {
  const found: Less[] = [];
  const problems: LessProblem[] = [];
  const complain = (attribute: number, message: string): void => void problems.push({ attribute, message });
  attributes.forEach((own, small) => {
    if (own.less_than === undefined) return;
    const large = attributes.findIndex(({ name, aliases }) => name === own.less_than || aliases?.includes(own.less_than!));
    const other = attributes[large];
    const wants = "less_than compares two modelled numbers, or two dates, that do not follow from others (equals)";
    const usable = ({ role, type, equals }: Attribute): boolean => role === "attribute" && isNumeric(type) && equals === undefined;
    const near = (): string => nearNames(own.less_than!, attributes.flatMap((a) => (a !== own && usable(a) && (a.type === "date") === (own.type === "date") ? [a.name] : [])));
    if (other === undefined) complain(small, [`no attribute has the name ${own.less_than}`, near(), wants].filter(Boolean).join("; "));
    else if (!usable(own) || !usable(other) || (own.type === "date") !== (other.type === "date")) complain(small, `${own.name} (${own.type}) can't be less than ${other.name} (${other.type}); ${wants}`);
    else if (leadsBack(attributes, small)) complain(small, "less_than leads back to the attribute itself, which can't be less than itself");
    else found.push({ small, large });
  });
  return { found, problems };
}

function leadsBack(attributes: readonly Attribute[], from: number): boolean {
  let at = from;
  for (let steps = 0; steps <= attributes.length; steps++) {
    const next = attributes[at].less_than;
    if (next === undefined) return false;
    at = attributes.findIndex(({ name, aliases }) => name === next || aliases?.includes(next));
    if (at < 0) return false;
    if (at === from) return true;
  }
  return true;
}

export const lessProblems = ({ attributes }: Pick<Schema, "attributes">): LessProblem[] => readLess(attributes).problems;

/** @throws VhgmError "schema" for a `less_than` that can't hold */
export function compileLess(schema: Pick<Schema, "attributes">): Less[] {
  const modelled = schema.attributes.filter(({ role }) => role === "attribute");
  const [problem] = lessProblems(schema);
  if (problem) throw new VhgmError("schema", `${schema.attributes[problem.attribute].name}: ${problem.message}.`);
  return readLess(modelled).found;
}
