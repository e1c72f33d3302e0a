import { strToU8 } from "fflate";
import { VhgmError } from "../base/errors.js";
import { onnxInputs } from "../engine/index.js";
import { valueOrder } from "../model/raw/encodeGraph.js";
import { rawGraph } from "../model/raw/rawGraph.js";
import type { Bundle } from "./bundle.js";
import type { ExportedAttribute, ExportedSchema } from "./exportedSchema.js";
import { browserExample, exportReadme, pythonExample } from "./exportedTexts.js";

/**
 * The files of an exported model by name: the graph from raw values to raw values, what its columns are, a readme and two
 * examples. The same model gives the same bytes.
 * @param rounds names of the attributes that invented people are drawn by, round by round (`generationRounds`)
 * @throws VhgmError "usage" for a model of the set encoder or with trees, which are outside its graph
 */
export function exportFiles(bundle: Bundle, rounds?: readonly (readonly string[])[]): Record<string, Uint8Array> {
  requireExportable(bundle);
  const { onnx, outputs } = rawGraph(bundle.model);
  const schema = describe(bundle, outputs, rounds);
  const texts = {
    "schema.json": `${JSON.stringify(schema, null, 1)}\n`,
    "README.md": exportReadme(schema, bundle.card),
    "example.py": pythonExample,
    "example.html": browserExample,
  };
  return { "model.onnx": onnx, ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, strToU8(text)])) };
}

/** @throws VhgmError "usage" for a model of the set encoder or with trees, which are outside its graph */
export function requireExportable({ model }: Bundle): void {
  if (model.forest) throw new VhgmError("usage", "The model has trees on top of its network, which cannot be exported: they are outside the graph; train without --memory rows, or with `trees: 0` in a --config file, for a model to export.");
  if (!onnxInputs(model.graph).includes("token.row")) return;
  throw new VhgmError("usage", "The model's network is the set encoder, which cannot be exported yet: its tokens are made outside the graph; train with --network transformer or mlp for a model to export.");
}

function describe({ schema, model: { layout, grids, memberCount } }: Bundle, { names, quantiles }: { names: readonly string[]; quantiles: readonly number[] }, rounds?: readonly (readonly string[])[]): ExportedSchema {
  const columns = valueOrder(layout);
  let numbers = 0;
  let probabilities = 0;
  const attributes = columns.map((j): ExportedAttribute => {
    const { attribute, kind } = layout.columns[j];
    const { name, label, unit, type, levels, resolution, min, max, decimal, missing, aliases, conversions } = attribute;
    // The layout's attribute may have a rule that could not be read; the bundle's dictionary has those that are obeyed.
    const { applies_when, equals, less_than } = schema.attributes.find((a) => a.name === name)!;
    const head = { name, label, unit, type, levels, resolution, min, max, decimal, missing, aliases, conversions, applies_when, equals, less_than, place: j };
    if (kind === "number") {
      const { lo, hi, center } = grids.grids[j];
      return { ...head, number: numbers++, cells: { lo: [...lo], hi: [...hi], center: [...center] } };
    }
    const firstProbability = probabilities;
    probabilities += levels!.length;
    return { ...head, firstProbability };
  });
  return {
    format: "vhgm-onnx",
    version: 1,
    graph: "model.onnx",
    input: { name: "values", type: "float64", shape: ["B", columns.length], unknown: "NaN" },
    outputs: names,
    quantiles,
    attributes,
    unknownAttributes: layout.empty,
    members: memberCount,
    ...(rounds ? { rounds } : {}),
  };
}
