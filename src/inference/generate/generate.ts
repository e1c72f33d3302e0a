import { createRng } from "../../base/random.js";
import { VhgmError } from "../../base/errors.js";
import { valueWriter } from "../../data/cells.js";
import type { TextRow } from "../../data/table.js";
import { columnsOfPlaces } from "../../data/layout.js";
import type { MemberPaths } from "../../model/predictive.js";
import type { PredictModel } from "../../model/trained.js";
import { compileDerived } from "../../schema/derived.js";
import { compileLess } from "../../schema/less.js";
import { compileRules } from "../../schema/rules.js";
import type { Schema } from "../../schema/schema.js";
import { formatDecimal } from "../../schema/values.js";
import { columnDistribution } from "../distribution.js";
import { recorded } from "../gates.js";
import type { Predictor } from "../predictor.js";
import { requireCount } from "../required.js";
import { openConditioned, type WhereReport } from "./conditioned.js";
import { couplings } from "./coupling.js";
import { learnedSampling } from "./learned.js";
import type { Pattern } from "./pattern.js";
import { drawInRange, learn, nobody, type World } from "./people.js";
import { dealRounds, defaultRounds } from "./rounds.js";
import { drawOrigins, drawRound, mostPilots, noSampler, originsOf, type Sampling } from "./sampling.js";
import { readWhere } from "./where.js";

export interface GenerateOptions {
  /** A condition that everybody meets, such as "sex = 'F' and age >= 60"; see `parseCondition`. */
  readonly where?: string;
  /** Most passes through the model per row; by default one per attribute up to 32 of them. */
  readonly rounds?: number;
  readonly seed?: number;
  /** Cells that stay empty, and the columns that there are. */
  readonly pattern?: Pattern;
  /** Whether people lack what people like them lacked in training. */
  readonly holes?: boolean;
  /** Name of the source whose population is wanted; all by default, each with its share of the rows. */
  readonly likeSource?: string;
}

export interface GenerateReport {
  /** Passes through the model per row. */
  readonly rounds: number;
  /** Attributes of which nothing is known: they have no column. */
  readonly unlearned: readonly string[];
  readonly where?: WhereReport;
}

/** Invents people, row by row: a row depends on the seed and its number, not on how many are asked for together. */
export interface Generator {
  /** Attributes in the dictionary's order. */
  readonly columns: readonly string[];
  /** Rows first … first + count - 1, from 0. @throws VhgmError "usage" for numbers that count nothing */
  rows(first: number, count: number): Promise<TextRow[]>;
  /** What was met so far. */
  report(): GenerateReport;
}

const rowStream = 0x9e3;
/** Numbers that the model's answers to the rows of one run may take: a quarter of a gigabyte. */
const mostNumbers = 1 << 26;

/** Rows that go through the model together: the wider the model, the fewer. */
function chunkRows({ layout, grids, memberCount }: PredictModel, most = 512): number {
  const perRow = memberCount * (4 * layout.features + layout.numbers + grids.total);
  return Math.max(8, Math.min(most, Math.floor(mostNumbers / perRow)));
}

/**
 * Joint records by any-order ancestral sampling: attributes are drawn in rounds, those first that others hang on most, each
 * from its distribution given all that was drawn before, rounded as it is recorded, and shown to the model. Gates are drawn
 * before what they gate; what does not apply stays empty; derived attributes follow from their parts. With a condition, what
 * it names is drawn first.
 * @throws VhgmError "usage" for a condition that can't be read or that nobody can meet, or fewer rounds than one
 */
export async function createGenerator(predictor: Predictor, schema: Schema, options: GenerateOptions = {}): Promise<Generator> {
  const { where: text, seed = 1, pattern } = options;
  if (options.rounds !== undefined) requireCount(options.rounds, "rounds", "rounds", 1);
  const { model } = predictor;
  const { layout } = model;
  const world = worldOf(model, schema);
  const { rules, columnOf } = world;
  const chunk = chunkRows(model);
  const where = text === undefined ? undefined : readWhere(text, world, schema);
  const sampler = model.sampler;
  const origins = originsOf(model, options.likeSource);
  let sampling: Sampling | undefined;
  const conditioned =
    where &&
    (await openConditioned({
      predictor, world, where, seed, chunk,
      learn: async (first) => {
        sampling = sampler && (await learnedSampling({ predictor, world, sampler, first, origins, pilots: chunkRows(model, mostPilots), rounds: options.rounds }, schema));
        return sampling ? sampling.weigh : (_, p) => p;
      },
    }));
  if (sampler && !where) sampling = await learnedSampling({ predictor, world, sampler, first: [], origins, pilots: chunkRows(model, mostPilots), rounds: options.rounds }, schema);
  if (options.holes && !sampling) throw new VhgmError("usage", noSampler("which cells people lack"));
  const derived = new Set(world.derived.map(({ attribute }) => attribute));
  const rounds = sampling ? sampling.rounds : await roundsOf(predictor, world, chunk, conditioned?.places, options.rounds);

  async function draw(from: number, count: number): Promise<TextRow[]> {
    const people = nobody(world, count);
    const given = await conditioned?.rows(from, count);
    given?.forEach((values, r) => conditioned!.places.forEach((at, k) => {
      if (!Number.isNaN(values[k])) learn(world, people, r, at, values[k]);
    }));
    const streams = Array.from({ length: count }, (_, r) => createRng(seed, rowStream, from + r));
    if (sampling) {
      drawOrigins(sampler!, origins, people, streams);
      for (const round of rounds) await drawRound({ predictor, world, mixture: sampling, people, streams }, round);
    } else {
      const own = new BigInt64Array(count).fill(-1n);
      for (const round of rounds) {
        const paths = await predictor.run(people.encoded, own);
        for (let r = 0; r < count; r++) {
          for (const at of round) {
            const value = drawInRange(world, people.values[r], at, () => drawValue(world, paths, r, at, streams[r].uniform()));
            if (people.applies[r][at] === true) learn(world, people, r, at, value);
          }
        }
      }
    }
    return streams.map((rng, r) => {
      const holes = pattern?.holes(rng.int(pattern.rows));
      const isEmpty = options.holes ? sampling!.drawHoles(people, r, rng) : () => false;
      return places.map((at, k) => (holes?.[holeOf[k]] || isEmpty(at) || people.applies[r][at] !== true ? "" : textOf(at, people.values[r][at])));
    });
  }

  const textOf = (at: number, value: number): string => {
    const attribute = rules.attributes[at];
    if (Number.isNaN(value)) return "";
    if (sampling?.isShared(at, value)) return formatDecimal(value, attribute.decimal);
    return valueWriter(derived.has(at) ? { ...attribute, min: undefined, max: undefined } : attribute)(value);
  };

  const placeOf = new Map(rules.attributes.map(({ name }, at) => [name, at]));
  const learned = rules.attributes.filter(({ visit }) => visit === undefined).map(({ name }) => name).filter((name) => columnOf[placeOf.get(name)!] >= 0 || derived.has(placeOf.get(name)!));
  const columns = pattern ? learned.filter((name) => pattern.columns.includes(name)) : learned;
  const places = columns.map((name) => placeOf.get(name)!);
  const holeOf = columns.map((name) => pattern?.columns.indexOf(name) ?? -1);
  return {
    columns,
    async rows(from, count) {
      requireCount(from, "rows before the first", "first");
      requireCount(count, "rows", "count");
      const out: TextRow[] = [];
      for (let i = 0; i < count; i += chunk) out.push(...(await draw(from + i, Math.min(chunk, count - i))));
      return out;
    },
    report: () => ({
      rounds: rounds.length + (conditioned?.rounds ?? 0),
      unlearned: layout.empty.filter((name) => !derived.has(placeOf.get(name)!)),
      ...(conditioned ? { where: conditioned.report() } : {}),
    }),
  };
}

/**
 * Names of the attributes that are drawn in each round when no condition is given and no other number of rounds is asked for.
 * @throws VhgmError "bundle" for a dictionary that does not belong to the model
 */
export async function generationRounds(predictor: Predictor, schema: Schema): Promise<string[][]> {
  const world = worldOf(predictor.model, schema);
  const rounds = await roundsOf(predictor, world, chunkRows(predictor.model));
  return rounds.map((round) => round.map((at) => world.rules.attributes[at].name));
}

/** Places of the attributes that are drawn in each round, but for those that are given or follow from others. */
async function roundsOf(predictor: Predictor, { rules, columnOf, derived }: World, chunk: number, given: readonly number[] = [], asked = defaultRounds): Promise<number[][]> {
  const { columns } = predictor.model.layout;
  const set = new Set([...given, ...derived.map(({ attribute }) => attribute)]);
  const rest = columns.map(({ source }) => source).filter((at) => !set.has(at)).sort((a, b) => a - b);
  const rounds = dealRounds({
    columns: rest.map((at) => columnOf[at]),
    given: [...new Set(given)].map((at) => columnOf[at]),
    rounds: asked,
    coupling: rest.length > 1 ? await couplings(predictor, chunk) : columns.map(() => new Float64Array(columns.length)),
    before: (j) => (rules.ruleOf[columns[j].source]?.gates ?? []).map((gate) => columnOf[gate]).filter((gate) => gate >= 0),
  });
  return rounds.map((round) => round.map((j) => columns[j].source));
}

/** @throws VhgmError "bundle" for a dictionary that does not belong to the model */
function worldOf(model: PredictModel, schema: Schema): World {
  const rules = compileRules(schema);
  const columnOf = columnsOfPlaces(model.layout, rules.attributes.length);
  for (const { source, attribute } of model.layout.columns) {
    if (rules.attributes[source]?.name !== attribute.name) throw new VhgmError("bundle", `The dictionary is not the model's: it has no attribute ${attribute.name} in place ${source + 1}.`);
  }
  const known = new Set(layoutPlaces(model));
  const derived = [];
  for (const entry of compileDerived(schema)) {
    if (!entry.parts.every((part) => known.has(part))) continue;
    derived.push(entry);
    known.add(entry.attribute);
  }
  return { model, rules, columnOf, derived, less: compileLess(schema) };
}

const layoutPlaces = ({ layout }: PredictModel): number[] => layout.columns.map(({ source }) => source);

function drawValue({ model, rules, columnOf }: World, paths: readonly MemberPaths[], r: number, at: number, u: number): number {
  return recorded(columnDistribution(model, paths, r, columnOf[at]).sample(u), rules.attributes[at]);
}
