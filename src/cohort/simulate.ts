import { VhgmError } from "../base/errors.js";
import { createRng } from "../base/random.js";
import type { Schema } from "../schema/schema.js";
import { appliesTo } from "./attribute.js";
import { cohortSchema } from "./dictionary.js";
import { treatmentNames, type TreatmentName } from "./factors.js";
import { punchHoles, sourceAttributes } from "./holes.js";
import { cohortModel, type CohortModel, type ModelAttribute } from "./model.js";
import { bmiText, drawPerson, scoreOf, type Person } from "./person.js";
import { sourceNames, type SourceName } from "./population.js";
import { cohortTruth, type CohortTruth } from "./truth.js";

export interface CohortOptions {
  /** Whole number; equal seeds give equal bytes. */
  seed: number;
  /** Rows per source; by default 4,000 check-up, 800 laboratory, 2,000 lifestyle. */
  rows?: Partial<Record<SourceName, number>>;
  /** Number of attributes over all sources, 70 (the default) to 12,000; person_id comes on top. */
  attributes?: number;
}

/** One row: '' is an empty cell; in `complete` only what does not apply to the person is empty. */
export interface CohortRow {
  observed: string[];
  complete: string[];
}

/** A source whose rows are made when asked for. */
export interface SourcePlan {
  name: SourceName;
  /** person_id first. */
  columns: string[];
  rowCount: number;
  row(index: number): CohortRow;
}

/** A cohort not yet drawn: what very wide cohorts are written from, row by row. */
export interface CohortPlan {
  seed: number;
  schema: Schema;
  readonly truth: CohortTruth;
  sources: SourcePlan[];
}

export interface CohortSource {
  name: SourceName;
  columns: string[];
  /** With holes. */
  rows: string[][];
  /** The truth before holes. */
  complete: string[][];
}

/** A simulated cohort in memory. `truth` is worked out when first read. */
export interface Cohort {
  seed: number;
  schema: Schema;
  readonly truth: CohortTruth;
  sources: CohortSource[];
}

export const keyColumn = "person_id";
export const defaultRows: Readonly<Record<SourceName, number>> = { checkup: 4000, laboratory: 800, lifestyle: 2000 };
const maxRows = 2_000_000;
const blockStream = 0xb10c;
const treatments: ReadonlySet<string> = new Set(treatmentNames);

/** Person number of a source's row: every tenth laboratory participant is the check-up's row 4/10 as far down. */
function personOfRow(source: SourceName, row: number): number {
  if (source === "checkup") return row;
  if (source === "lifestyle") return 2 * maxRows + row;
  return row % 10 === 0 ? (row / 10) * 4 : maxRows + row;
}

/** The population a person number is drawn from. */
const populationOf = (index: number): SourceName => sourceNames[Math.floor(index / maxRows)];

/** Plans a cohort: pure, cheap, rows are made on demand. Throws VhgmError "usage" for options out of range. */
export function planCohort({ seed, rows = {}, attributes }: CohortOptions): CohortPlan {
  if (!Number.isInteger(seed)) throw new VhgmError("usage", `The seed ${seed} is not a whole number.`);
  const model = cohortModel(attributes);
  const sources = sourceNames.map((name): SourcePlan => {
    const rowCount = rows[name] ?? defaultRows[name];
    if (!Number.isInteger(rowCount) || rowCount < 0 || rowCount > maxRows) {
      throw new VhgmError("usage", `${rowCount} rows of ${name} were asked for; allowed are whole numbers from 0 to ${maxRows}.`);
    }
    const columns = sourceAttributes(model, name);
    return {
      name,
      columns: [keyColumn, ...columns.map((attribute) => attribute.name)],
      rowCount,
      row: (index) => makeRow(model, columns, name, seed, personOfRow(name, index)),
    };
  });
  return {
    seed,
    schema: cohortSchema(model),
    get truth() {
      return cohortTruth(model);
    },
    sources,
  };
}

/** Simulates a cohort in memory: same options, same texts; a row does not depend on how many rows are asked for. */
export function simulateCohort(options: CohortOptions): Cohort {
  const plan = planCohort(options);
  const sources = plan.sources.map(({ name, columns, rowCount, row }): CohortSource => {
    const made = Array.from({ length: rowCount }, (_, i) => row(i));
    return { name, columns, rows: made.map(({ observed }) => observed), complete: made.map(({ complete }) => complete) };
  });
  return {
    seed: plan.seed,
    schema: plan.schema,
    get truth() {
      return plan.truth;
    },
    sources,
  };
}

/** One whole person of a population: what all sources together would record, without holes; empty cells do not apply. */
export function wholePerson(model: CohortModel, population: SourceName, seed: number, index: number): Map<string, string> {
  const rng = createRng(seed, index);
  const person = drawPerson(model, population, rng);
  const noise = Float64Array.from({ length: model.baseCount }, () => rng.normal());
  const texts = measure(model.attributes, person, noise, seed, index);
  return new Map(model.attributes.map(({ name }, k) => [name, texts[k]]));
}

function makeRow(model: CohortModel, columns: readonly ModelAttribute[], source: SourceName, seed: number, index: number): CohortRow {
  const rng = createRng(seed, index);
  const person = drawPerson(model, populationOf(index), rng);
  const noise = Float64Array.from({ length: model.baseCount }, () => rng.normal());
  const texts = measure(columns, person, noise, seed, index);
  const observed = [...texts];
  punchHoles(observed, columns, source, person, seed, index);
  const key = `P${String(index).padStart(7, "0")}`;
  return { observed: [key, ...observed], complete: [key, ...texts] };
}

/** Cell texts of one person. Base attributes take their noise from `noise`, each block from a stream of its own. */
function measure(columns: readonly ModelAttribute[], person: Person, noise: Float64Array, seed: number, index: number): string[] {
  let rng = createRng(seed, index, blockStream);
  let blockIndex = -1;
  let blockValue = 0;
  const texts = columns.map((attribute) => {
    const { scale, block, coder } = attribute;
    if (scale.kind === "person") return scale.field === "age" ? String(person.age) : person.female === 1 ? "F" : "M";
    if (block !== undefined && block.index !== blockIndex) {
      blockIndex = block.index;
      rng = createRng(seed, index, blockStream, blockIndex);
      blockValue = rng.normal();
    }
    const own = block === undefined ? noise[attribute.index] : rng.normal();
    if (!appliesTo(attribute, person.age, person.female)) return "";
    if (scale.kind === "levels" && treatments.has(attribute.name)) {
      return scale.levels[person.levels[treatmentNames.indexOf(attribute.name as TreatmentName)]];
    }
    return coder.text(scoreOf(attribute, person, blockValue) + attribute.noise * own);
  });
  const place = (name: string): number => columns.findIndex((attribute) => attribute.name === name);
  if (place("bmi") >= 0) texts[place("bmi")] = bmiText(texts[place("height")], texts[place("weight")]);
  return texts;
}
