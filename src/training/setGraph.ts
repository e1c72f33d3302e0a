import type { Layout } from "../data/layout.js";
import { Graph, grad, ops, planInputs, toOnnx, type Parameters, type Tensor } from "../engine/index.js";
import { largestSurprise, surpriseByT } from "../model/network.js";
import { askSet, encodeSet, queryState, setVariance, type SetConfig } from "../model/setEncoder.js";
import { tokenInputs } from "../model/setTokens.js";
import type { SetShape } from "./setShape.js";

/**
 * The training (or scoring) graph of the set encoder. It computes sampled queries alone, and neither a row of all columns
 * nor the linear path's map enters it: its size does not grow with the table's columns.
 * T places of queries with F features, sorted by class; they are laid out by person (B, Q) to attend, and back.
 */
export function setLossGraph(layout: Layout, config: SetConfig, params: Parameters, shape: SetShape, training: boolean): Uint8Array {
  const { batch, perRow, classes, places, features } = shape;
  const d = config.width;
  const g = new Graph();
  const values = params.inputs(g);
  const get = (name: string): Tensor => values.get(name)!;
  const tokens = tokenInputs(g, batch);
  const column = g.input("query.column", [places], "int64");
  const feature = g.input("query.feature", [features], "int64");
  const predicted = g.input("query.predicted", [features, 1]); // the linear path's numbers and probabilities
  const offset = g.input("query.offset", [features, 1]); // the same with logarithms of probabilities; -1e9 for no class
  const target = g.input("query.target", [features]);
  const weight = g.input("query.weight", [places]);
  const place = g.input("query.place", [batch, perRow], "int64"); // which place stands there; T for none
  const back = g.input("query.back", [places], "int64"); // where a place stands; B Q for nowhere

  // Gradients of table look-ups need a plan only where there are gradients.
  const plans = training
    ? { token: planInputs(g, "plan.token", layout.features, batch), column: planInputs(g, "plan.column", layout.columns.length, batch), feature: planInputs(g, "plan.feature", layout.features, batch) }
    : null;
  const read = (table: Tensor, indices: Tensor, plan: keyof NonNullable<typeof plans>): Tensor => (plans ? ops.lookup(table, indices, plans[plan]) : ops.take(table, indices, 0));
  const withNone = (x: Tensor, rows: number): Tensor => ops.concat([ops.reshape(x, [rows, d]), g.constant(new Float32Array(d), [1, d])], 0);

  const encoded = encodeSet(config, get, tokens, (table, indices) => read(table, indices, "token"));
  const columns = read(get("set.query"), column, "column"); // (T, d)
  const vectors = read(get("set.head"), feature, "feature"); // (F, d)
  const weighted = ops.mul(vectors, predicted);
  const states = queryState(get, columns, ops.concat(perClass(weighted, shape).map((x) => ops.sum(x, [1])), 0)); // (T, d)
  const asked = ops.lookup(withNone(states, places), place, { inverse: extended(back, batch * perRow), groups: [] }); // (B, Q, d)
  const answered = withNone(askSet(config, get, asked, encoded), batch * perRow);
  const h = ops.lookup(answered, back, { inverse: extended(ops.reshape(place, [batch * perRow]), places), groups: [] }); // (T, d)

  const scale = ops.split(read(get("set.scale"), feature, "feature"), [1, 1], 1); // bias, gate: (F, 1)
  const start = ops.reshape(ops.add(scale[0], ops.mul(scale[1], offset)), [features, 1]);
  const heads = perClass(vectors, shape); // (capacity, width, d)
  const hs = ops.split(h, classes.map((c) => c.capacity), 0);
  const cs = ops.split(columns, classes.map((c) => c.capacity), 0);
  const ws = ops.split(weight, classes.map((c) => c.capacity), 0);
  const starts = perClass(start, shape);
  const targets = perClass(ops.reshape(target, [features, 1]), shape);
  const terms = classes.map(({ kind, width, capacity }, i) => {
    const own = ops.sum(ops.mul(heads[i], ops.reshape(hs[i], [capacity, 1, d])), [2]); // (capacity, width)
    const logits = ops.add(own, ops.reshape(starts[i], [capacity, width]));
    const truth = ops.reshape(targets[i], [capacity, width]);
    if (kind === "levels") return ops.neg(ops.sum(ops.mul(ops.sum(ops.mul(ops.logSoftmax(logits), truth), [1]), ws[i])));
    const spread = setVariance(get, hs[i], cs[i]); // (capacity)
    const error = ops.square(ops.reshape(ops.sub(logits, truth), [capacity]));
    const surprise = ops.mul(error, ops.exp(ops.neg(spread)));
    return ops.scale(ops.sum(ops.mul(ops.add(training ? surpriseByT(surprise) : ops.clamp(surprise, 0, largestSurprise), spread), ws[i])), 0.5);
  });
  const loss = terms.reduce((a, b) => ops.add(a, b));
  g.output("loss", loss);
  if (training) params.outputGradients(grad(loss, params.declared.map((declared) => get(declared.name))));
  return toOnnx(g);
}

/** Cuts (F, w) into one piece (capacity, width, w) per class. */
function perClass(x: Tensor, { classes }: SetShape): Tensor[] {
  const w = x.shape[1];
  return ops.split(x, classes.map((c) => c.capacity * c.width), 0).map((part, i) => ops.reshape(part, [classes[i].capacity, classes[i].width, w]));
}

/** An inverse for a table with a row of zeros behind its own: that row was looked up nowhere. */
const extended = (inverse: Tensor, nowhere: number): Tensor =>
  inverse.graph.emit("Concat", [inverse, inverse.graph.int64([nowhere])], [(inverse.shape[0] as number) + 1], { axis: 0 }, "int64");
