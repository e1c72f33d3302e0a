import { VhgmError } from "../base/errors.js";
import { cellReader, formatValue } from "../data/cells.js";
import { encodeCells, type Encoded } from "../data/encode.js";
import { columnsOfPlaces, type Column, type Layout } from "../data/layout.js";
import type { Distribution } from "../model/likelihoods/index.js";
import { levelProbabilities, type DensityModel, type MemberPaths } from "../model/predictive.js";
import { compileRules, whichApply, type Rules } from "../schema/rules.js";
import { isNumeric, type Attribute, type AttributeType, type Schema } from "../schema/schema.js";
import type { Truth } from "../schema/truth.js";
import { askAbout, conditionalOn, firstFills, withoutImpossible, type Applies, type Fill, type Person } from "./applies.js";
import { showCell } from "./decide.js";
import { centralInterval, columnDistribution } from "./distribution.js";
import type { Predictor } from "./predictor.js";
import { requireLevel, requireProbabilities } from "./required.js";
import { assumptionOf, requireCounts, supportOf, type Support } from "./support.js";
import { typicalityOf, type Typicality } from "./typicality.js";
import { explain, type Why } from "./why.js";

/** A person as somebody describes it: attribute name -> value in the user's units, or level. */
export type Given = Readonly<Record<string, string | number | boolean | null>>;

export interface PredictOptions {
  /** Attributes to answer; all that are not given by default. */
  readonly ask?: readonly string[];
  /** Level of the intervals. */
  readonly level?: number;
  /** Probabilities of the quantiles that numbers come with. */
  readonly quantiles?: readonly number[];
  /** Adds what each answer rests on. */
  readonly why?: boolean;
  /** Withholds answers that assume independence of attributes that were not seen together. */
  readonly strict?: boolean;
  /** Pairs seen in fewer people than this count as not seen together. */
  readonly fewest?: number;
}

/**
 * The predictive distribution of one attribute, in the user's units. Without numbers where the attribute does not apply, or
 * where the answer is withheld.
 */
export interface Answer {
  readonly name: string;
  readonly label?: string;
  readonly unit?: string;
  readonly type: AttributeType;
  /** Attributes with a rule: how probable it is that it applies. The rest of the answer is conditional on that. */
  readonly applies?: Applies;
  /** What the training table can tell of it; absent for models of older programs. `assumption` is the end of a sentence. */
  readonly support?: Support & { readonly assumption?: string };
  /** Why there are no numbers though it applies (`strict`). */
  readonly withheld?: string;
  /** Numbers. */
  readonly mean?: number;
  readonly sd?: number;
  readonly quantiles?: readonly { readonly u: number; readonly value: number | string }[];
  /** Numbers and ordered levels. */
  readonly median?: number | string;
  readonly interval?: { readonly level: number; readonly low: number | string; readonly high: number | string };
  readonly mode?: number | string;
  /** Attributes with levels: probabilities in the dictionary's order. */
  readonly levels?: readonly { readonly level: string; readonly probability: number }[];
  readonly why?: Why;
}

export interface Prediction {
  readonly answers: readonly Answer[];
  readonly typicality: Typicality;
  readonly notes: readonly string[];
}

const quantileLevels = [0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.975, 0.99];

/**
 * Answers "given these attributes, how are those distributed?" for one person; nothing given is a valid question.
 * @throws VhgmError code 'usage' for an unknown attribute, one both given and asked for, a level that is none, a text in the
 *   place of a number, a value of an attribute that does not apply, or probabilities outside of (0, 1)
 */
export async function predict(predictor: Predictor, schema: Schema, given: Given, options: PredictOptions = {}): Promise<Prediction> {
  const { level = 0.9, quantiles = quantileLevels, why = false, strict = false, fewest } = options;
  requireLevel(level, "level");
  requireProbabilities(quantiles);
  const { layout } = predictor.model;
  if (strict) requireCounts(predictor.model);
  const rules = compileRules(schema);
  const values = readGiven(schema, given);
  const known = Float64Array.from(rules.attributes, ({ name }) => values.get(name) ?? NaN);
  const applies = whichApply(rules, (at) => known[at]);
  refuseContradictions(rules, known, applies);
  const ask = options.ask ?? layout.columns.filter((c) => c.attribute.visit === undefined).map((c) => c.attribute.name).filter((name) => !values.has(name));
  const columnOf = new Map(layout.columns.map((c, j) => [c.attribute.name, j]));
  const columns = ask.map((name) => columnOf.get(name) ?? askedColumn(predictor, schema, name));
  const both = columns.map((j) => layout.columns[j].attribute.name).find((name) => values.has(name));
  if (both !== undefined) throw new VhgmError("usage", `'${both}' was both given and asked for; leave it out of one of them.`, { field: ["ask", both] });
  const names = [...values.keys()];
  const fills = firstFills(rules, layout, known, applies, columns.map((j) => layout.columns[j].source));
  const encoded = personRows(layout, schema, values, names, fills);
  // Whoever is in the row memory with these cells is not to be asked about itself, in any row.
  const own = predictor.find(encoded);
  const paths = await predictor.run(encoded, own.fill(own[0]));
  const person = askAbout({ predictor, rules, encoded, own: own[0], values: known }, paths, fills);
  const rowOf = new Map(names.map((name, k) => [columnOf.get(name) ?? -1, k + 1]));
  rowOf.delete(-1);
  const question: Question = { person, paths, applies, rowOf, level, quantiles, why, strict, fewest };
  const answers: Answer[] = [];
  for (const j of columns) answers.push(await answerColumn(question, j));
  const typicality = typicalityOf(predictor.model, paths, values, rowOf);
  const notes = typicality.unusual.map((u) => `${u.name} = ${u.value} is unusual given the rest; answers may rest on few people like this.`);
  const assuming = answers.filter(({ support }) => support?.assumption).length;
  if (assuming > 0) {
    const some = assuming === 1 ? "One answer assumes" : `${assuming} answers assume`;
    notes.push(`${some} independence of attributes that were not seen together in training; the given attributes that they have in common are all that links them.`);
  }
  return { answers, typicality, notes };
}

/** What the answers about one person share. */
interface Question extends Required<Pick<PredictOptions, "level" | "quantiles" | "why" | "strict">>, Pick<PredictOptions, "fewest"> {
  readonly person: Person;
  /** The graph's outputs: of the person in row 0, and of the same person with one given value hidden (`rowOf`). */
  readonly paths: readonly MemberPaths[];
  /** (places) which attributes apply, as far as that is known. */
  readonly applies: readonly Truth[];
  /** By column of what was given: the row in which it is hidden. */
  readonly rowOf: ReadonlyMap<number, number>;
}

/** The answer for column j of the layout. */
async function answerColumn({ person, paths, applies, rowOf, level, quantiles, why, strict, fewest }: Question, j: number): Promise<Answer> {
  const { rules, predictor: { model } } = person;
  const { together, layout: { columns } } = model;
  const { source, attribute } = columns[j];
  const rule = rules.ruleOf[source]?.text;
  const answer: Draft = answerHead(attribute);
  if (applies[source] === false) return { ...answer, applies: { probability: 0, rule: rule! } };
  const conditional = applies[source] === null ? await conditionalOn(person, source) : undefined;
  if (rule !== undefined) answer.applies = { probability: conditional ? conditional.probability : 1, rule };
  if (together) {
    const influence = (i: number): number => shift(model, paths, j, rowOf.get(i)!);
    const found = supportOf(together, j, [...rowOf.keys()], { nameOf: (i) => columns[i].attribute.name, influence, fewest });
    const assumption = assumptionOf(attribute.name, found);
    answer.support = assumption === undefined ? found : { ...found, assumption };
    if (strict && assumption !== undefined) return { ...answer, withheld: `the answer ${assumption}` };
  }
  const distribution = conditional?.distribution ?? withoutImpossible(person, paths, j) ?? columnDistribution(model, paths, 0, j);
  summarize(answer, distribution, columns[j], level, quantiles);
  if (why) answer.why = explain(model, paths, 0, j);
  return answer;
}

/** @throws VhgmError "usage" for a given value of an attribute that does not apply to the person */
function refuseContradictions(rules: Rules, known: Float64Array, applies: readonly Truth[]): void {
  for (const { attribute } of rules.rules) {
    if (applies[attribute] !== false || Number.isNaN(known[attribute])) continue;
    const { name } = rules.attributes[attribute];
    throw new VhgmError("usage", `'${name}' was given, but ${whyNotApplies(rules, known, attribute)}; leave out one of them.`, { field: ["given", name] });
  }
}

/** Why an attribute does not apply to a person, as a part of a sentence. */
export function whyNotApplies(rules: Rules, known: Float64Array, place: number): string {
  const { text, gates } = rules.ruleOf[place]!;
  const given = gates.filter((gate) => !Number.isNaN(known[gate])).map((gate) => `${rules.attributes[gate].name} = ${formatValue(known[gate], rules.attributes[gate])}`);
  return `it applies only where ${text}${given.length > 0 ? `, and ${given.join(", ")} was given` : ""}`;
}

/** How much an answer moves when the value that row r hides is hidden: in standard deviations, or in probability. */
function shift(model: DensityModel, paths: readonly MemberPaths[], j: number, r: number): number {
  if (model.layout.columns[j].kind === "number") {
    const [all, without] = [0, r].map((i) => columnDistribution(model, paths, i, j));
    return Math.abs(all.mean() - without.mean()) / Math.sqrt(all.variance() || 1);
  }
  const without = levelProbabilities(model, paths, r, j);
  return levelProbabilities(model, paths, 0, j).reduce((sum, p, k) => sum + Math.abs(p - without[k]) / 2, 0);
}

/** Values by attribute name, as numbers or level indices. @throws VhgmError code 'usage' */
export function readGiven(schema: Schema, given: Given): Map<string, number> {
  const values = new Map<string, number>();
  for (const [name, raw] of Object.entries(given)) {
    const attribute = schema.attributes.find((a) => a.name === name) ?? schema.attributes.find((a) => a.aliases?.includes(name));
    if (!attribute || attribute.role !== "attribute") throw unknownAttribute(schema, name, "given");
    if (raw === null || raw === "") continue;
    const text = typeof raw === "boolean" ? booleanText(raw, attribute.levels ?? []) : String(raw);
    let value: number;
    try {
      // A decimal comma is understood where the table has it, and a point everywhere.
      value = cellReader(text.includes(",") ? attribute : { ...attribute, decimal: undefined }).read(text, () => "the given values");
    } catch {
      throw new VhgmError("usage", `'${text}' was given for '${name}', which takes ${attribute.type === "date" ? "a date (YYYY-MM-DD)" : "a number"}${attribute.unit ? ` (${attribute.unit})` : ""}.`, { field: ["given", name] });
    }
    if (Number.isNaN(value)) {
      if (isNumeric(attribute.type)) continue;
      throw new VhgmError("usage", `'${text}' was given for '${name}', which takes one of: ${(attribute.levels ?? []).join(", ")}.`, { field: ["given", name] });
    }
    values.set(attribute.name, value);
  }
  return values;
}

function booleanText(raw: boolean, levels: readonly string[]): string {
  const spellings = raw ? ["1", "true", "yes", "y", "t"] : ["0", "false", "no", "n", "f"];
  return levels.find((level) => spellings.includes(level.toLowerCase())) ?? String(raw);
}

function unknownAttribute(schema: Schema, name: string, part: string): VhgmError {
  const known = schema.attributes.filter((a) => a.role === "attribute").map((a) => a.name);
  const wanted = name.toLowerCase();
  const near = known.filter((k) => k.toLowerCase().includes(wanted) || wanted.includes(k.toLowerCase())).slice(0, 5);
  const hint = near.length ? `did you mean ${near.join(", ")}?` : `it knows ${known.slice(0, 8).join(", ")}${known.length > 8 ? `, and ${known.length - 8} more (vhgm info)` : ""}.`;
  return new VhgmError("usage", `The model has no attribute '${name}'; ${hint}`, { field: [part, name] });
}

/**
 * The layout's column of an attribute.
 * @param part where the question names it, for the error's field
 * @throws VhgmError code 'usage' for one that the model does not have or knows nothing of
 */
export function askedColumn(predictor: Predictor, schema: Schema, name: string, part = "ask"): number {
  const { layout } = predictor.model;
  const j = layout.columns.findIndex((c) => c.attribute.name === name || c.attribute.aliases?.includes(name));
  if (j >= 0) return j;
  if (layout.empty.includes(name)) throw new VhgmError("usage", `'${name}' was asked for, but no cell of it was ever observed, so nothing is known of it.`, { field: [part, name] });
  throw unknownAttribute(schema, name, part);
}

/** Row 0 is the question itself; then one row per given value, with that value hidden; then the question with each fill. */
function personRows(layout: Layout, schema: Schema, values: ReadonlyMap<string, number>, names: readonly string[], fills: readonly Fill[]): Encoded {
  const attributes = schema.attributes.filter((a) => a.role === "attribute");
  const rows = 1 + names.length + fills.length;
  const nothing = new Float64Array(rows).fill(NaN);
  const given = new Map(names.map((name, k) => {
    const column = new Float64Array(rows).fill(values.get(name)!);
    column[k + 1] = NaN;
    return [name, column];
  }));
  const encoded = encodeCells({ rows, attributes, values: attributes.map(({ name }) => given.get(name) ?? nothing) }, layout);
  const columnOf = columnsOfPlaces(layout, attributes.length);
  fills.forEach(({ gate, level }, k) => showCell(encoded, layout, 1 + names.length + k, columnOf[gate], level));
  return encoded;
}

/** An answer that is being written. */
type Draft = { -readonly [key in keyof Answer]: Answer[key] };

function answerHead({ name, label, unit, type }: Attribute): Draft {
  const head: Draft = { name, type };
  if (label) head.label = label;
  if (unit) head.unit = unit;
  return head;
}

/** Writes the numbers of an answer. */
function summarize(answer: Draft, distribution: Distribution, { attribute, kind }: Column, level: number, quantiles: readonly number[]): void {
  const { type } = attribute;
  const plain = (value: number): number | string => (type === "date" || kind === "levels" ? formatValue(value, attribute) : value);
  if (kind === "number") {
    answer.mean = distribution.mean();
    answer.sd = Math.sqrt(distribution.variance());
  }
  if (kind === "number" || type === "ordinal") {
    const [low, high] = centralInterval(distribution, level);
    answer.median = plain(distribution.median());
    answer.interval = { level, low: plain(low), high: plain(high) };
  }
  answer.mode = plain(distribution.mode());
  if (kind === "number") answer.quantiles = quantiles.map((u) => ({ u, value: plain(distribution.quantile(u)) }));
  else answer.levels = attribute.levels!.map((text, k) => ({ level: text, probability: Math.exp(distribution.logProb(k)) }));
}
