/** Drawing by a learned sampler: in which rounds, from which people's origin, and what the factors are fitted on. */
import { createRng, type Rng } from "../../base/random.js";
import { pickTable } from "../../data/encode.js";
import { VhgmError } from "../../base/errors.js";
import type { Sampler } from "../../model/sampler.js";
import type { PredictModel } from "../../model/trained.js";
import type { Predictor } from "../predictor.js";
import { createMixture, type Mixture } from "./mixture.js";
import { drawInRange, learn, nobody, type People, type World } from "./people.js";
import { capacities } from "./rounds.js";

/** Passes through the model unless asked otherwise, where trees know what is drawn within a round; see docs/decisions.md. */
const samplerRounds = 16;
/** People whom the factors are fitted on: fewer would pass their own chance on to everybody. */
export const mostPilots = 2048;
/** Rows that a model must take together for factors to be worth fitting. */
const fewestPilots = 100;
const pilotStream = 0x9170;

export interface Sampling extends Mixture {
  readonly rounds: readonly (readonly number[])[];
}

export interface LearnSamplingInput {
  readonly predictor: Predictor;
  readonly world: World;
  readonly sampler: Sampler;
  /** Places that are drawn before all others. */
  readonly first: readonly number[];
  readonly origins: readonly number[];
  /** People whom the factors are fitted on. */
  readonly pilots: number;
  readonly rounds?: number;
}

/** Fits the factors of all places on people who are drawn without any condition, place after place. */
export async function learnSampling({ predictor, world, sampler, first, origins, pilots, rounds: asked = samplerRounds }: LearnSamplingInput): Promise<Sampling> {
  const mixture = createMixture({ world, sampler, first, origins });
  const { places } = mixture;
  const rounds: (readonly number[])[] = [];
  for (const size of capacities(places.length, Math.max(1, Math.min(asked, places.length)))) {
    const from = rounds.reduce((n, round) => n + round.length, 0);
    if (from < places.length) rounds.push(places.slice(from, from + size));
  }
  if (pilots >= fewestPilots) {
    const people = nobody(world, pilots);
    const streams = Array.from({ length: pilots }, (_, r) => createRng(pilotStream, r));
    drawOrigins(sampler, origins, people, streams);
    const drawing: Drawing = { predictor, world, mixture, people, streams, adapting: true };
    for (const round of [...first.map((at) => [at]), ...rounds]) await drawRound(drawing, round);
  }
  return { ...mixture, rounds };
}

/** Draws where people come from. */
export function drawOrigins(sampler: Sampler, origins: readonly number[], people: People, streams: readonly Rng[]): void {
  const all = origins.reduce((sum, o) => sum + sampler.origins[o].rows, 0);
  if (origins.length === 1) people.origin.fill(origins[0]);
  else streams.forEach((rng, r) => {
    let rest = rng.uniform() * all;
    people.origin[r] = origins.find((o) => (rest -= sampler.origins[o].rows) < 0) ?? origins[origins.length - 1];
  });
}

/** People who are being drawn. */
export interface Drawing {
  readonly predictor: Predictor;
  readonly world: World;
  readonly mixture: Mixture;
  readonly people: People;
  /** Each person's own random numbers. */
  readonly streams: readonly Rng[];
  /** Sets the factors of each attribute before it is drawn. */
  readonly adapting?: boolean;
}

/**
 * Draws some attributes of all people, one after the other: trees know what was drawn before in the round, the model's
 * densities don't. Only people whom the lot sends to the model go through it.
 * @param round places of the attributes
 */
export async function drawRound({ predictor, world, mixture, people, streams, adapting = false }: Drawing, round: readonly number[]): Promise<void> {
  const byTree = round.map((at) => streams.map((rng) => mixture.usesTree(at, rng)));
  const needed = Int32Array.from({ length: people.rows }, (_, r) => r).filter((r) => adapting || byTree.some((uses) => !uses[r]));
  const paths = needed.length > 0 ? await predictor.run(pickTable(people.encoded, world.model.layout, needed), new BigInt64Array(needed.length).fill(-1n)) : [];
  const place = new Int32Array(people.rows);
  needed.forEach((r, i) => (place[r] = i));
  round.forEach((at, k) => {
    if (adapting) mixture.adapt(people, at, paths);
    streams.forEach((rng, r) => {
      if (people.applies[r][at] !== true) return;
      const q = byTree[k][r] ? mixture.ofTree(people, r, at) : mixture.ofModel(paths, place[r], at);
      learn(world, people, r, at, drawInRange(world, people.values[r], at, () => mixture.pick(at, q, rng)));
    });
  });
}

/** @throws VhgmError "usage" for a name that no source has */
export function originsOf({ sampler }: PredictModel, likeSource: string | undefined): number[] {
  const all = sampler ? [...sampler.origins.keys()] : [];
  if (likeSource === undefined) return all;
  if (!sampler) throw new VhgmError("usage", noSampler("which people come from which source"));
  const names = [...new Set(sampler.origins.flatMap(({ sources }) => sources))];
  if (names.length === 0) throw new VhgmError("usage", `The model learned from one table, so there is no source ${likeSource} whose people could be asked for.`);
  const found = all.filter((o) => sampler.origins[o].sources.includes(likeSource));
  if (found.length === 0) throw new VhgmError("usage", `No source of the model is called ${likeSource}; its sources are ${names.join(", ")}.`);
  return found;
}

export const noSampler = (what: string): string => `The model does not know ${what}; train it anew with this program (tables of more than 1500 attributes are too wide for that).`;
