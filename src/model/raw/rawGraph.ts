import { joinOnnx, onnxOutputs, toOnnx } from "../../engine/index.js";
import type { PredictModel } from "../trained.js";
import { buildDensityGraph, type RawOutputs } from "./densityGraph.js";
import { buildEncodeGraph } from "./encodeGraph.js";

/**
 * The predict graph between its encoding and its densities: raw values in, raw values out, in standard operators.
 * Input: values (B, p) float64; outputs as `buildDensityGraph` says.
 */
export function rawGraph(model: PredictModel): { onnx: Uint8Array; outputs: RawOutputs } {
  const { graph, outputs } = buildDensityGraph(model, model.memberCount, new Set(onnxOutputs(model.graph)));
  return { onnx: joinOnnx([toOnnx(buildEncodeGraph(model.layout)), model.graph, toOnnx(graph)], outputs.names), outputs };
}
