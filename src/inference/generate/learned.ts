import type { Sampler } from "../../model/sampler.js";
import type { Schema } from "../../schema/schema.js";
import { learnSampling, type LearnSamplingInput, type Sampling } from "./sampling.js";

/** Samplings that are kept for a model. */
const most = 8;

const kept = new WeakMap<Sampler, WeakMap<Schema, Map<string, Sampling>>>();

/**
 * `learnSampling`, whose result is kept for whoever asks the same of the same model: it takes far longer than to invent a few
 * people. One that fails, or is given up, is not kept.
 */
export async function learnedSampling(input: LearnSamplingInput, schema: Schema): Promise<Sampling> {
  const { sampler, first, origins, pilots, rounds } = input;
  const bySchema = kept.get(sampler) ?? new WeakMap<Schema, Map<string, Sampling>>();
  const known = bySchema.get(schema) ?? new Map<string, Sampling>();
  kept.set(sampler, bySchema.set(schema, known));
  const key = JSON.stringify([first, origins, pilots, rounds]);
  const sampling = known.get(key) ?? (await learnSampling(input));
  known.delete(key); // what was asked for last stays longest
  known.set(key, sampling);
  if (known.size > most) known.delete(known.keys().next().value!);
  return sampling;
}
