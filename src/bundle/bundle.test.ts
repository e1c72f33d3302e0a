import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import { CellsBuilder } from "../data/cells.js";
import { fitLayout } from "../data/layout.js";
import { countTogether } from "../data/together.js";
import { fitGrids } from "../model/grids.js";
import { declareNetwork, type NetworkConfig } from "../model/network.js";
import { cellCount, type Sampler, type Split } from "../model/sampler.js";
import { compileModel } from "../model/trained.js";
import type { Forest } from "../model/trees/forest.js";
import { schemaSchema } from "../schema/schema.js";
import { formatVersion, packBundle, unpackBundle, type Bundle } from "./bundle.js";
import { packForest, unpackForest } from "./forestPart.js";
import type { StoredModel } from "./modelPart.js";
import { readBundle, writeBundle } from "./node/files.js";

let bundle: Bundle;
let packed: Uint8Array;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vhgm-bundle-"));
  const schema = schemaSchema.parse({
    attributes: [
      { name: "体重", type: "positive", resolution: 0.5, unit: "kg" },
      { name: "kind", type: "categorical", levels: ["a", "b"] },
    ],
  });
  const builder = new CellsBuilder(schema, ["体重", "kind"], "table");
  builder.add(Array.from({ length: 30 }, (_, i) => [i % 4 === 0 ? "" : String(50 + i / 2), i % 3 === 0 ? "a" : "b"]));
  const cells = builder.finish();
  const layout = fitLayout(cells);
  const config: NetworkConfig = { linearRounds: 2, memory: null, residual: { kind: "mlp", width: 8, dropout: 0 }, gates: { linear: 1, memory: 0 } };
  const theta = declareNetwork(layout, config).initial(createRng(1));
  const linear = { kind: "dense" as const, center: new Float32Array(layout.features), weights: new Float32Array(layout.features ** 2), lambda: new Float32Array(layout.columns.length).fill(0.2), relaxation: 1 };
  const columns = layout.columns.map(() => ({ weights: [0.5, 0, 0.5] as const, spread: 1, histogram: 0, cells: [] }));
  const trained = { layout, config, grids: fitGrids(cells, layout), columns, members: [{ theta, linear }], memory: null, forest: null, peoplePerMemoryRow: 1 };
  const card: Bundle["card"] = {
    vhgm: "0.0.0", versions: { node: "20" }, tables: ["table"], rows: 30, attributes: 2, observedCells: 52, setAside: [],
    options: {}, memory: "prototypes", epochs: [2], scores: [{ name: "kind", cells: 0, error: null, baseline: null, nll: null }],
  };
  const together = countTogether(layout.columns.map(({ source }) => cells.values[source]));
  bundle = { schema, card, model: { ...compileModel(trained), together } };
  packed = await packBundle(bundle);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** People whose weight is drawn first, then the kind by it; some lack their weight. */
function samplerOf({ model: { layout, grids } }: Bundle): Sampler {
  const marginals = layout.columns.map((_, j) => new Array<number>(cellCount(layout, grids, j)).fill(3));
  const holes = { cells: [0, 1], counts: [22, 8] };
  return {
    order: [0, 1],
    trees: [{ cells: [], counts: [] }, { feature: 0, upTo: 55, left: { cells: [0], counts: [9] }, right: { feature: 2, classes: [0], left: { cells: [0, 1], counts: [5, 4] }, right: { cells: [1], counts: [6] } } }],
    holes: [{ feature: 1, classes: [1], left: holes, right: holes }, null],
    lacking: [holes, null],
    shared: [{ values: [55.5], counts: [6], others: marginals[0] }, null],
    origins: [{ sources: ["table"], rows: 30, marginals, observed: marginals }],
  };
}

/** The packed bundle with some of its files changed. */
const tampered = (change: (files: Record<string, Uint8Array>) => void): Uint8Array => {
  const files = unzipSync(packed);
  change(files);
  return zipSync(files);
};

/** The packed bundle with another part, whose checksum agrees. */
async function withPart(part: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join("");
  return tampered((files) => {
    const manifest = JSON.parse(strFromU8(files["manifest.json"]));
    manifest.files[part] = { bytes: bytes.length, sha256 };
    files["manifest.json"] = strToU8(JSON.stringify(manifest));
    files[part] = bytes;
  });
}

const storedModel = (): StoredModel => JSON.parse(strFromU8(unzipSync(packed)["model.json"])) as StoredModel;
const changedColumn = (stored: StoredModel, j: number, fields: object): object => ({
  ...stored, layout: { ...stored.layout, columns: stored.layout.columns.map((column, k) => (k === j ? { ...column, ...fields } : column)) },
});

describe("a bundle", () => {
  it("comes back as it was, and the same bundle gives the same bytes", async () => {
    const back = await unpackBundle(packed, "m.vhgm");
    expect(back.schema).toEqual(bundle.schema);
    expect(back.card).toEqual(bundle.card);
    expect(back.model.graph).toEqual(bundle.model.graph);
    expect(back.model.together).toEqual(bundle.model.together);
    expect(back.model.grids.grids.map((g) => [...g.lo])).toEqual(bundle.model.grids.grids.map((g) => [...g.lo]));
    expect(await packBundle(bundle)).toEqual(packed);
    expect(await packBundle(back)).toEqual(packed);
  });

  it("comes back with its trees, and tells bytes that are none", async () => {
    const forest: Forest = [null, { roots: Int32Array.of(0, 3), question: Int32Array.of(0, -1, -1, -1), upTo: Float32Array.of(0.5, 0, 0, 0), left: Int32Array.of(1, 0, 2, 0), probabilities: Float32Array.of(1, 0, 0.25, 0.75) }];
    const back = await unpackBundle(await packBundle({ ...bundle, model: { ...bundle.model, forest } }), "m.vhgm");
    expect(back.model.forest).toEqual(forest);
    expect((await unpackBundle(packed, "m.vhgm")).model.forest).toBeUndefined();
    const bytes = packForest(forest);
    expect(unpackForest(bytes, 2, 2)).toEqual(forest);
    for (const part of [bytes.subarray(0, -4), bytes.subarray(0, 3), Uint8Array.from([...bytes, 0])]) expect(() => unpackForest(part, 2, 2)).toThrow("of the trees do not fit 2 attributes");
    expect(() => unpackForest(bytes, 3, 3)).toThrow("do not fit");
    // A split that leads back to itself, or asks what nobody answers, would never end or end in nonsense.
    expect(() => unpackForest(packForest([null, { ...forest[1]!, left: Int32Array.of(0, 0, 2, 0) }]), 2, 2)).toThrow("do not fit");
    expect(() => unpackForest(packForest([null, { ...forest[1]!, question: Int32Array.of(2, -1, -1, -1) }]), 2, 2)).toThrow("do not fit");
  });

  it("comes back with what people are invented by", async () => {
    const sampler = samplerOf(bundle);
    const back = await unpackBundle(await packBundle({ ...bundle, model: { ...bundle.model, sampler } }), "m.vhgm");
    expect(back.model.sampler).toEqual(sampler);
    expect(await packBundle(back)).toEqual(await packBundle({ ...bundle, model: { ...bundle.model, sampler } }));
    const old = { ...sampler, lacking: undefined, origins: sampler.origins.map((origin) => ({ ...origin, observed: undefined })) };
    expect((await unpackBundle(await packBundle({ ...bundle, model: { ...bundle.model, sampler: old } }), "m.vhgm")).model.sampler).toEqual(old);
  });

  it.each<[string, (sampler: Sampler) => unknown]>([
    ["is no object", () => []],
    ["lacks its order", (sampler) => ({ ...sampler, order: undefined })],
    ["draws a column that there is not", (sampler) => ({ ...sampler, order: [0, 2] })],
    ["draws a column twice", (sampler) => ({ ...sampler, order: [1, 1] })],
    ["lacks a column's tree", (sampler) => ({ ...sampler, trees: sampler.trees.slice(1) })],
    ["counts a cell that there is not", (sampler) => ({ ...sampler, trees: [null, { cells: [2], counts: [7] }] })],
    ["has a cell without its count", (sampler) => ({ ...sampler, trees: [null, { cells: [0, 1], counts: [7] }] })],
    ["asks what nobody answers", (sampler) => ({ ...sampler, trees: [null, { ...(sampler.trees[1] as Split), feature: 5 }] })],
    ["asks nothing", (sampler) => ({ ...sampler, trees: [null, { ...(sampler.trees[1] as Split), upTo: undefined }] })],
    ["has a split of one side", (sampler) => ({ ...sampler, trees: [null, { ...(sampler.trees[1] as Split), right: undefined }] })],
    ["has holes of a third kind", (sampler) => ({ ...sampler, holes: [{ cells: [2], counts: [7] }, null] })],
    ["has marginals of other cells", (sampler) => ({ ...sampler, origins: [{ ...sampler.origins[0], marginals: [[1], [1, 2]] }] })],
  ])("is refused when its sampler %s", async (_, damage) => {
    const sampler = damage(samplerOf(bundle)) as Sampler;
    const damaged = await packBundle({ ...bundle, model: { ...bundle.model, sampler } });
    await expect(unpackBundle(damaged, "m.vhgm")).rejects.toMatchObject({ code: "bundle", message: "m.vhgm is damaged: its part sampler.json cannot be read." });
  });

  it.each<[string, (stored: StoredModel) => unknown]>([
    ["is no object", () => []],
    ["lacks its layout", (stored) => ({ ...stored, layout: undefined })],
    ["lacks its grids", (stored) => ({ ...stored, grids: undefined })],
    ["has a grid of no cells", (stored) => ({ ...stored, grids: [{ ...stored.grids[0], lo: [] }] })],
    ["has a grid too many", (stored) => ({ ...stored, grids: [...stored.grids, ...stored.grids] })],
    ["lacks a column's calibration", (stored) => ({ ...stored, columns: stored.columns.slice(1) })],
    ["has weights of two paths", (stored) => ({ ...stored, columns: stored.columns.map((c) => ({ ...c, weights: [1, 0] })) })],
    ["has no member", (stored) => ({ ...stored, memberCount: 0 })],
    ["has calibrations of fewer columns where less is seen", (stored) => ({ ...stored, lessSeen: [stored.columns.slice(1)] })],
    ["has features that no column has", (stored) => ({ ...stored, layout: { ...stored.layout, features: stored.layout.features + 1 } })],
    ["has columns that overlap", (stored) => ({ ...stored, layout: { ...stored.layout, columns: stored.layout.columns.map((c) => ({ ...c, first: 0 })) } })],
    ["groups no columns", (stored) => ({ ...stored, layout: { ...stored.layout, groups: [] } })],
    ["has a class beyond its column", (stored) => changedColumn(stored, 1, { classOf: [0, 2] })],
    ["has levels that the attribute lacks", (stored) => changedColumn(stored, 1, { classOf: [0], shareInClass: [1] })],
    ["has a number with levels", (stored) => changedColumn(stored, 0, { kind: "levels" })],
    ["has the dictionary's attributes in other places", (stored) => changedColumn(stored, 0, { source: 1 })],
  ])("is refused when its model %s", async (_, damage) => {
    const damaged = await withPart("model.json", strToU8(JSON.stringify(damage(storedModel()))));
    await expect(unpackBundle(damaged, "m.vhgm")).rejects.toMatchObject({ code: "bundle", message: "m.vhgm is damaged: its part model.json cannot be read." });
  });

  it.each(["model.json", "together.bin", "forest.bin"])("is refused by name when its part %s is something else", async (part) => {
    const damaged = await withPart(part, strToU8("{"));
    await expect(unpackBundle(damaged, "m.vhgm")).rejects.toMatchObject({ code: "bundle", message: `m.vhgm is damaged: its part ${part} cannot be read.` });
  });

  it.each(["schema.json", "card.json", "model.json", "predict.onnx", "together.bin"])("is refused when a byte of %s is another, or when it is gone", async (part) => {
    const changed = tampered((files) => (files[part][3] ^= 1));
    await expect(unpackBundle(changed, "m.vhgm")).rejects.toThrow(`m.vhgm is damaged: its part ${part} does not agree with its checksum`);
    const without = tampered((files) => delete files[part]);
    await expect(unpackBundle(without, "m.vhgm")).rejects.toMatchObject({ code: "bundle" });
  });

  it("is refused when it is newer, cut off, or something else", async () => {
    const newer = tampered((files) => {
      const manifest = JSON.parse(strFromU8(files["manifest.json"]));
      files["manifest.json"] = strToU8(JSON.stringify({ ...manifest, formatVersion: formatVersion + 1 }));
    });
    await expect(unpackBundle(newer, "m.vhgm")).rejects.toThrow(`m.vhgm has format version ${formatVersion + 1}`);
    await expect(unpackBundle(packed.subarray(0, packed.length >> 1), "m.vhgm")).rejects.toThrow("m.vhgm is damaged");
    await expect(unpackBundle(strToU8("age,sex\n1,F\n"), "t.csv")).rejects.toThrow("t.csv is not a VHGM model");
    await expect(unpackBundle(zipSync({ "a.txt": strToU8("x") }), "a.zip")).rejects.toThrow("a.zip is not a VHGM model");
    await expect(unpackBundle(new Uint8Array(), "empty")).rejects.toMatchObject({ code: "bundle" });
  });
});

describe("a model file", () => {
  it("is written whole and read back", async () => {
    const path = join(folder, "m.vhgm");
    await writeBundle(path, bundle);
    expect(await readdir(folder)).toEqual(["m.vhgm"]);
    expect((await readBundle(path)).card).toEqual(bundle.card);
  });

  it("that is absent, a folder or no model is told apart", async () => {
    await expect(readBundle(join(folder, "absent"))).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("There is no file") });
    await expect(readBundle(folder)).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("is a folder") });
    await writeFile(join(folder, "text"), "text");
    await expect(readBundle(join(folder, "text"))).rejects.toMatchObject({ code: "bundle" });
    await expect(writeBundle(join(folder, "no", "m.vhgm"), bundle)).rejects.toMatchObject({ code: "usage" });
  });
});
