import { sameShape } from "../dim.js";
import type { Tensor } from "../graph.js";
import { unbroadcast } from "./elementwise.js";

const sumLast = (x: Tensor): Tensor => {
  const g = x.graph;
  return g.emit("ReduceSum", [x, g.int64([-1])], [...x.shape.slice(0, -1), 1], { keepdims: 1 });
};

/** e^a / sum e^a over the last axis; da = (d - sum(d y)) y. */
export function softmax(a: Tensor): Tensor {
  const g = a.graph;
  const y = g.emit("Softmax", [a], a.shape, { axis: -1 });
  return g.record(y, [a], (d) => {
    const dot = sumLast(g.emit("Mul", [d, y], a.shape));
    return [g.emit("Mul", [g.emit("Sub", [d, dot], a.shape), y], a.shape)];
  });
}

/** a - ln sum e^a over the last axis; da = d - softmax(a) sum d. */
export function logSoftmax(a: Tensor): Tensor {
  const g = a.graph;
  const y = g.emit("LogSoftmax", [a], a.shape, { axis: -1 });
  return g.record(y, [a], (d) => {
    const p = g.emit("Exp", [y], a.shape);
    return [g.emit("Sub", [d, g.emit("Mul", [p, sumLast(d)], a.shape)], a.shape)];
  });
}

/**
 * Layer normalisation over the last axis (Ba et al. 2016): y = w (a - mean) / sqrt(variance + 1e-5) + b.
 * With x the normalised a and e = d w: da = (e - mean(e) - x mean(e x)) / sd, dw = sum(d x), db = sum d.
 * @throws Error unless w and b are vectors of the last axis's static size
 */
export function layerNorm(a: Tensor, w: Tensor, b: Tensor): Tensor {
  const g = a.graph;
  const size = a.shape.at(-1);
  if (typeof size !== "number" || !sameShape(w.shape, [size]) || !sameShape(b.shape, [size])) {
    const given = `scale [${w.shape}] and shift [${b.shape}]`;
    throw new Error(`layerNorm: [${a.shape}] needs a last axis of static size, and ${given} of that size`);
  }
  const stat = [...a.shape.slice(0, -1), 1];
  const attributes = { axis: -1, epsilon: { float: 1e-5 } };
  const [y, mean, inverseSd] = g.emitMany("LayerNormalization", [a, w, b], [a.shape, stat, stat], attributes);
  return g.record(y, [a, w, b], (d) => {
    const op = (name: string, p: Tensor, q: Tensor): Tensor => g.emit(name, [p, q], a.shape);
    const average = (p: Tensor): Tensor => g.emit("ReduceMean", [p, g.int64([-1])], stat, { keepdims: 1 });
    const x = op("Mul", op("Sub", a, mean), inverseSd);
    const e = op("Mul", d, w);
    const centred = op("Sub", op("Sub", e, average(e)), op("Mul", x, average(op("Mul", e, x))));
    return [op("Mul", centred, inverseSd), unbroadcast(op("Mul", d, x), w.shape), unbroadcast(d, b.shape)];
  });
}
