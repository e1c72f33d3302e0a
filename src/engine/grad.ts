import { sameShape } from "./dim.js";
import type { Tensor } from "./graph.js";

/**
 * Reverse-mode differentiation: walks the tape backwards from a scalar and emits, as nodes of the same graph, the
 * gradient with respect to each tensor of `wrt`. Parts of the graph that do not depend on `wrt` cost nothing.
 * @throws Error when `loss` is no scalar, or does not depend on one of `wrt`
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) throw new Error(`grad: the loss must be a scalar, not [${loss.shape}]`);
  const g = loss.graph;
  const entries = [...g.tape];
  const active = new Set(wrt.map((t) => t.name));
  for (const { inputs, outputs } of entries) {
    if (inputs.some((x) => active.has(x.name))) for (const y of outputs) active.add(y.name);
  }
  const gradients = new Map<string, Tensor>([[loss.name, g.constant(1)]]);
  for (const { outputs, inputs, vjp } of entries.reverse()) {
    if (!inputs.some((x) => active.has(x.name))) continue;
    const given = outputs.map((y) => gradients.get(y.name) ?? null);
    if (given.every((d) => d === null)) continue;
    vjp(given).forEach((piece, i) => {
      const input = inputs[i];
      if (!piece || !active.has(input.name)) return;
      if (!sameShape(piece.shape, input.shape)) throw new Error(`grad: [${piece.shape}] came for [${input.shape}]`);
      const known = gradients.get(input.name);
      gradients.set(input.name, known ? g.emit("Add", [known, piece], input.shape) : piece);
    });
  }
  return wrt.map((t) => {
    const d = gradients.get(t.name);
    if (!d) throw new Error(`grad: the loss does not depend on '${t.name}'`);
    return d;
  });
}
