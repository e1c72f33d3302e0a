import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { factorTable } from "../../test/support/tables.js";
import { quickOptions } from "../../test/support/trained.js";
import { encodeCells } from "../data/encode.js";
import { openPredictor, type Predictor } from "./predictor.js";
import type { OutputName } from "../model/predictive.js";
import { compileModel } from "../model/trained.js";
import { trainModel } from "../training/train.js";
import { openSession as openNative } from "../engine/node/session.js";
import { float32 } from "../engine/session.js";
import { openSession } from "../engine/web/session.js";

describe("a session on WebAssembly", () => {
  const cells = factorTable(48, 3, [2, 4], 5);
  let graph: Uint8Array;
  let web: Predictor;
  let native: Predictor;

  beforeAll(async () => {
    const { model } = await trainModel(cells, { ...quickOptions, epochs: 1, steps: 10 }, (bytes, own) => openNative(bytes, { threads: 1, ...own }));
    const compiled = compileModel(model);
    graph = compiled.graph;
    [web, native] = await Promise.all([openPredictor(compiled, openSession), openPredictor(compiled, openNative)]);
  });
  afterAll(() => Promise.all([web.close(), native.close()]));

  it("gives the native library's numbers to 1e-5", async () => {
    const rows = encodeCells(cells, web.model.layout);
    const [own, theirs] = await Promise.all([web.run(rows), native.run(rows)]);
    expect(own).toHaveLength(theirs.length);
    theirs.forEach((member, k) => {
      for (const [path, numbers] of Object.entries(member) as [OutputName, Float32Array][]) {
        numbers.forEach((value, i) => expect(Math.abs(own[k][path]![i] - value), path).toBeLessThan(1e-5 * Math.max(1, Math.abs(value))));
      }
    });
  });

  it("gives a row the same bits alone and among others", async () => {
    const all = await web.run(encodeCells(cells, web.model.layout));
    const one = await web.run(encodeCells({ ...cells, rows: 1, values: cells.values.map((column) => column.slice(7, 8)) }, web.model.layout));
    const d = web.model.layout.features;
    expect(one[0].net).toEqual(all[0].net.slice(7 * d, 8 * d));
  });

  it("says what is missing, what it cannot run, and that it is closed", async () => {
    const session = await openSession(graph);
    await expect(session.run({ x: float32(new Float32Array(8 * web.model.layout.features), 8, web.model.layout.features) })).rejects.toThrow("An input is missing");
    await session.close();
    await session.close();
    await expect(session.run({})).rejects.toThrow("The session is closed");
    await expect(openSession(new Uint8Array(8))).rejects.toMatchObject({ code: "device" });
    await expect(openSession(graph, { device: "webgpu" })).rejects.toThrow("'webgpu' was asked for");
  });
});
