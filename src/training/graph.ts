import type { Layout } from "../data/layout.js";
import { Graph, grad, ops, toOnnx, type Parameters } from "../engine/index.js";
import { fixedNoise, klOf, trainingNoise } from "../model/latent.js";
import type { LinearMap } from "../model/linearMap.js";
import { mapConstants } from "../model/linearPath.js";
import { heldOutLoss, memoryFromRows, network, networkLoss, type NetworkConfig } from "../model/network.js";
import { attentionPieces } from "../model/transformer.js";
import type { ResolvedOptions } from "./options.js";

/** The forward pass, the loss over weighted hidden cells, and (for training) the backward pass. The map is a constant, which the runtime packs once. */
function lossGraph(layout: Layout, config: NetworkConfig, params: Parameters, linear: LinearMap, options: ResolvedOptions, training: boolean): Uint8Array {
  const g = new Graph();
  const values = params.inputs(g);
  const x = g.input("x", ["B", layout.features]);
  const visible = g.input("visible", ["B", layout.columns.length]);
  const weight = g.input("weight", ["B", layout.columns.length]);
  const map = mapConstants(g, linear);
  const memory = config.memory ? memoryFromRows(g, layout, config.memory, values) : null;
  const drops = training && config.residual.kind === "mlp" && config.residual.dropout > 0;
  const dropout = drops ? [0, 1].map((i) => g.input(`dropout.${i}`, ["B", config.residual.width])) : undefined;
  const draws = config.latent && (training ? [trainingNoise(g, config.latent)] : fixedNoise(g, config.latent, 0));
  const { residual } = config;
  // Only a training batch has a size that is known beforehand.
  const pieces = training && residual.kind === "transformer" ? attentionPieces(options.batch, layout.columns.length, residual.heads) : 1;
  const out = network(layout, config, values, { x, visible, map, memory, dropout, draws, pieces });
  let loss = training ? networkLoss(layout, out, x, weight, options.memoryLoss) : heldOutLoss(layout, out, x, weight);
  if (out.latent && training) {
    const kl = ops.sum(klOf(out.latent)); // nats of the whole batch
    g.output("kl", kl);
    loss = ops.add(loss, ops.mul(kl, g.input("klWeight", [])));
  }
  g.output("loss", loss);
  if (training) params.outputGradients(grad(loss, params.declared.map((d) => values.get(d.name)!)));
  return toOnnx(g);
}

/** Loss and gradients of a batch. */
export const trainingGraph = (layout: Layout, config: NetworkConfig, params: Parameters, linear: LinearMap, options: ResolvedOptions): Uint8Array =>
  lossGraph(layout, config, params, linear, options, true);

/** The network's loss on weighted cells, without the row memory's own. */
export const scoringGraph = (layout: Layout, config: NetworkConfig, params: Parameters, linear: LinearMap, options: ResolvedOptions): Uint8Array =>
  lossGraph(layout, config, params, linear, options, false);
