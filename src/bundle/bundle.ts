import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from "fflate";
import { z } from "zod";
import { VhgmError } from "../base/errors.js";
import { packTogether, unpackTogether } from "../data/together.js";
import { gridFromJson, gridToJson } from "../model/likelihoods/index.js";
import { layGrids } from "../model/grids.js";
import type { PredictModel } from "../model/trained.js";
import { questionsOf } from "../model/trees/asked.js";
import { ruleProblems } from "../schema/rules.js";
import { schemaSchema, type Schema } from "../schema/schema.js";
import { cardSchema, type TrainingCard } from "./card.js";
import { packForest, unpackForest } from "./forestPart.js";
import { modelSchema } from "./modelPart.js";
import { samplerSchema } from "./samplerPart.js";

/** A saved model: the predict graph, what turns its outputs into densities, the dictionary and the training card. */
export interface Bundle {
  readonly schema: Schema;
  readonly card: TrainingCard;
  readonly model: PredictModel;
}

/**
 * Version of the format. A reader refuses newer versions; an older one is brought up to date by a function in
 * `migrations`, one per version, so that old bundles stay readable.
 */
export const formatVersion = 1;
const migrations: Readonly<Record<number, (files: Record<string, Uint8Array>) => Record<string, Uint8Array>>> = {};

const manifestSchema = z.object({
  format: z.literal("vhgm"),
  formatVersion: z.number().int().positive(),
  files: z.record(z.string(), z.object({ bytes: z.number().int().nonnegative(), sha256: z.string() })),
});

const partNames = ["schema.json", "card.json", "model.json", "predict.onnx"] as const;
/** Who was seen together. Bundles of earlier programs lack it. */
const togetherPart = "together.bin";
/** What people are invented by; models of earlier programs and of very wide tables lack it. */
const samplerPart = "sampler.json";
/** Trees on top of the graph's paths, of models that may keep cells of real people. */
const forestPart = "forest.bin";

/** The bundle as the bytes of one file. The same model gives the same bytes. */
export async function packBundle(bundle: Bundle): Promise<Uint8Array> {
  const { model } = bundle;
  const { graph, grids, together, sampler, forest, ...rest } = model;
  const parts: Record<string, Uint8Array> = {
    "schema.json": json(bundle.schema),
    "card.json": json(bundle.card),
    "model.json": json({ ...rest, grids: grids.grids.map(gridToJson) }),
    "predict.onnx": graph,
    ...(together ? { [togetherPart]: packTogether(together) } : {}),
    ...(sampler ? { [samplerPart]: json(sampler) } : {}),
    ...(forest ? { [forestPart]: packForest(forest) } : {}),
  };
  const files: z.infer<typeof manifestSchema>["files"] = {};
  for (const name of Object.keys(parts)) files[name] = { bytes: parts[name].length, sha256: await sha256(parts[name]) };
  const zip: Zippable = { "manifest.json": json({ format: "vhgm", formatVersion, files }) };
  for (const name of Object.keys(parts)) zip[name] = name === "predict.onnx" ? [parts[name], { level: 0 }] : parts[name];
  return zipSync(zip, { mtime: new Date(Date.UTC(2000, 0, 1, 12)) });
}

/** Reads a bundle. @throws VhgmError code 'bundle' for a foreign, newer or damaged file, in a sentence */
export async function unpackBundle(bytes: Uint8Array, name: string): Promise<Bundle> {
  const files = openZip(bytes, name);
  const manifest = readPart(files, "manifest.json", manifestSchema, name, `${name} is not a VHGM model: it holds no valid manifest`);
  if (manifest.formatVersion > formatVersion) {
    throw new VhgmError("bundle", `${name} has format version ${manifest.formatVersion}; this program reads versions up to ${formatVersion}, so a newer vhgm is needed.`);
  }
  const optional = [togetherPart, samplerPart, forestPart].filter((part) => manifest.files[part]);
  for (const part of [...partNames, ...optional]) {
    const expected = manifest.files[part];
    if (!files[part] || !expected || files[part].length !== expected.bytes || (await sha256(files[part])) !== expected.sha256) {
      throw new VhgmError("bundle", `${name} is damaged: its part ${part} does not agree with its checksum; copy the file again or train anew.`);
    }
  }
  let current = files;
  for (let v = manifest.formatVersion; v < formatVersion; v++) current = migrations[v](current);
  return assemble(current, name);
}

function assemble(files: Record<string, Uint8Array>, name: string): Bundle {
  const schema = readPart(files, "schema.json", schemaSchema, name);
  const { grids: packed, ...rest } = readPart(files, "model.json", modelSchema(schema), name);
  const grids = readable(name, "model.json", () => layGrids(packed.map(gridFromJson)));
  const together = files[togetherPart] && readable(name, togetherPart, () => unpackTogether(files[togetherPart]));
  const sampler = files[samplerPart] && readPart(files, samplerPart, samplerSchema(rest.layout, grids), name);
  const forest = files[forestPart] && readable(name, forestPart, () => unpackForest(files[forestPart], rest.columns.length, questionsOf(rest.layout).length));
  return {
    schema: together ? schema : withoutUncheckedRules(schema),
    card: readPart(files, "card.json", cardSchema, name),
    model: { ...rest, grids, graph: files["predict.onnx"], ...(together ? { together } : {}), ...(sampler ? { sampler } : {}), ...(forest ? { forest } : {}) },
  };
}

/** Programs that did not count who was seen together did not read conditions either: one that can't be read was never obeyed. */
function withoutUncheckedRules(schema: Schema): Schema {
  const [problem] = ruleProblems(schema);
  if (!problem) return schema;
  const attributes = schema.attributes.map((attribute, at) => (at === problem.attribute ? { ...attribute, applies_when: undefined } : attribute));
  return withoutUncheckedRules({ ...schema, attributes });
}

function openZip(bytes: Uint8Array, name: string): Record<string, Uint8Array> {
  const zipped = bytes.length > 4 && bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!zipped) throw new VhgmError("bundle", `${name} is not a VHGM model (it does not begin like one); models are written by vhgm train.`);
  try {
    return unzipSync(bytes);
  } catch (cause) {
    throw new VhgmError("bundle", `${name} is damaged: it cannot be unpacked; copy the file again or train anew.`, { cause });
  }
}

const readPart = <T>(files: Record<string, Uint8Array>, part: string, schema: z.ZodType<T>, name: string, message?: string): T =>
  readable(name, part, () => schema.parse(JSON.parse(strFromU8(files[part] ?? new Uint8Array()))), message);

function readable<T>(name: string, part: string, read: () => T, message = `${name} is damaged: its part ${part} cannot be read`): T {
  try {
    return read();
  } catch (cause) {
    throw new VhgmError("bundle", `${message}.`, { cause });
  }
}

const json = (value: unknown): Uint8Array => strToU8(JSON.stringify(value));

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
}
