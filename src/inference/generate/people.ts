/** People while they are drawn, attribute by attribute. */
import { VhgmError } from "../../base/errors.js";
import type { Encoded } from "../../data/encode.js";
import type { Derived } from "../../schema/derived.js";
import type { Less } from "../../schema/less.js";
import { whichApply, type Rules } from "../../schema/rules.js";
import { evaluate, noValue, type Bound, type Truth } from "../../schema/truth.js";
import type { PredictModel } from "../../model/trained.js";
import { showCell } from "../decide.js";
import { recorded } from "../gates.js";

/** What people are drawn by: a model, and what the dictionary demands of a person. */
export interface World {
  readonly model: PredictModel;
  readonly rules: Rules;
  /** (places) column of the layout, -1 where nothing was learned. */
  readonly columnOf: Int32Array;
  /** Attributes that follow from others, in an order in which each follows from what stands before it. */
  readonly derived: readonly Derived[];
  /** Numbers that are smaller than others in everybody. */
  readonly less: readonly Less[];
}

export interface People {
  readonly rows: number;
  /** As the model sees them. */
  readonly encoded: Encoded;
  /** (rows) of (places): recorded values, NaN where nothing was drawn. */
  readonly values: readonly Float64Array[];
  /** (rows) of (places): to whom attributes apply. */
  readonly applies: Truth[][];
  /** (rows) where people come from: places in a sampler's origins. */
  readonly origin: Uint16Array;
}

/** People of whom nothing is known. */
export function nobody({ model, rules }: World, rows: number): People {
  const { features, columns } = model.layout;
  const places = rules.attributes.length;
  const first = whichApply(rules, () => NaN);
  return {
    rows,
    encoded: { rows, features: new Float32Array(rows * features), observed: new Uint8Array(rows * columns.length) },
    values: Array.from({ length: rows }, () => new Float64Array(places).fill(NaN)),
    applies: Array.from({ length: rows }, () => [...first]),
    origin: new Uint16Array(rows),
  };
}

/** Gives a person a value, and what follows from it. */
export function learn(world: World, people: People, r: number, at: number, value: number): void {
  const { model, rules, columnOf } = world;
  const values = people.values[r];
  for (const place of [at, ...derive(world, values, at, value)]) {
    if (columnOf[place] >= 0) showCell(people.encoded, model.layout, r, columnOf[place], values[place]);
  }
  if (rules.rules.length > 0) people.applies[r] = whichApply(rules, (place) => values[place]);
}

/** Draws of a value that has to be less or more than others, before the nearest one that may be is taken. */
const mostDraws = 200;

/**
 * Draws a value until it is less or more than those that it has to be: the distribution cut off at them.
 * @throws VhgmError "usage" where the model knows no such value
 */
export function drawInRange(world: World, values: Float64Array, at: number, draw: () => number): number {
  const { above, below } = rangeOf(world, values, at);
  const fits = (x: number): boolean => x > above && x < below;
  let x = draw();
  for (let k = 1; k < mostDraws && !fits(x); k++) x = draw();
  if (fits(x)) return x;
  const { name, resolution = 0, min = -Infinity, max = Infinity } = world.rules.attributes[at];
  const nearest = recorded(x <= above ? above + resolution : below - resolution, world.rules.attributes[at]);
  if (fits(nearest) && nearest >= min && nearest <= max) return nearest;
  throw new VhgmError("usage", `A person could not be completed: the model knows no value of ${name} ${above > -Infinity ? `above ${above}` : ""}${above > -Infinity && below < Infinity ? " and " : ""}${below < Infinity ? `below ${below}` : ""}, which less_than asks for; check the dictionary.`);
}

/** Between which values, themselves left out, a place of a person has to lie, by what is known of those that it is compared with. */
function rangeOf({ less }: World, values: Float64Array, at: number): { above: number; below: number } {
  let [above, below] = [-Infinity, Infinity];
  for (const { small, large } of less) {
    if (small === at && !Number.isNaN(values[large])) below = Math.min(below, values[large]);
    if (large === at && !Number.isNaN(values[small])) above = Math.max(above, values[small]);
  }
  return { above, below };
}

/** Sets a value and all derived ones that it completes. @returns places of the derived ones */
function derive({ derived }: World, values: Float64Array, at: number, value: number): number[] {
  values[at] = value;
  const found: number[] = [];
  for (const { attribute, parts, value: follows } of derived) {
    if (!Number.isNaN(values[attribute]) || !(parts.includes(at) || parts.some((part) => found.includes(part)))) continue;
    const result = follows(values);
    if (Number.isNaN(result)) continue;
    values[attribute] = result;
    found.push(attribute);
  }
  return found;
}

/** What a condition would come to if a person had a further value. */
export function truthWith(world: World, values: Float64Array, at: number, value: number, condition: Bound): Truth {
  const found = derive(world, values, at, value);
  const truth = truthOf(world, values, condition);
  for (const place of [at, ...found]) values[place] = NaN;
  return truth;
}

/** What a condition comes to for a person of whom some values are known. */
export function truthOf({ rules }: World, values: Float64Array, condition: Bound): Truth {
  if (rules.rules.length === 0) return evaluate(condition, (place) => values[place]);
  const applies = whichApply(rules, (place) => values[place]);
  return evaluate(condition, (place) => (applies[place] === false ? noValue : values[place]));
}
