import { broadcastShapes } from "./dim.js";
import { requireSameShape, type Graph, type Tensor } from "./graph.js";

export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /** Largest norm of the whole gradient; longer ones are scaled down to it. */
  readonly clip?: number;
}

/** Names of the optimiser's inputs; each output is called `next_` + the name. All have the flat parameters' size. */
export const optimiserState = ["theta", "m", "v", "average"] as const;

/**
 * One step of AdamW (Loshchilov & Hutter 2019) with clipping by global norm and an exponential moving average of the
 * weights, as nodes of the training graph:
 *   g <- g min(1, clip / |g|);  m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2
 *   theta <- theta (1 - rate wd decay) - rate (m c1) / (sqrt(v c2) + eps);  average <- average + (1 - keep)(theta - average)
 * `rate`, `c1` = 1 / (1 - b1^t), `c2` = 1 / (1 - b2^t) and `keep` are scalar inputs: the schedule is the caller's.
 */
export function adamw(graph: Graph, theta: Tensor, gradient: Tensor, options: AdamWOptions = {}): void {
  const { beta1 = 0.9, beta2 = 0.98, epsilon = 1e-8, weightDecay = 0.05, clip = 1 } = options;
  requireSameShape(theta, gradient, "adamw");
  const shape = theta.shape;
  const [m, v, average, decay] = ["m", "v", "average", "decay"].map((name) => graph.input(name, shape));
  const [rate, c1, c2, keep] = ["rate", "c1", "c2", "keep"].map((name) => graph.input(name, []));
  const c = (value: number): Tensor => graph.constant(value);
  const op = (name: string, a: Tensor, b: Tensor): Tensor => graph.emit(name, [a, b], broadcastShapes(a.shape, b.shape));
  const sqrt = (a: Tensor): Tensor => graph.emit("Sqrt", [a], a.shape);

  // Each line is a pass over all parameters, so scalars are multiplied with scalars first: the factor of the clipping
  // goes into (1 - b1), and both bias corrections into the rate and epsilon.
  const norm = sqrt(graph.emit("ReduceSumSquare", [gradient, graph.int64([0])], [], { keepdims: 0 }));
  const factor = op("Min", c(1), op("Div", c(clip), op("Add", norm, c(1e-12))));
  const g1 = op("Mul", gradient, op("Mul", factor, c(1 - beta1))); // (1 - b1) g
  const nextM = op("Add", op("Mul", m, c(beta1)), g1);
  const nextV = op("Add", op("Mul", v, c(beta2)), op("Mul", op("Mul", g1, g1), c((1 - beta2) / (1 - beta1) ** 2)));
  const rootC2 = sqrt(c2);
  const direction = op("Div", nextM, op("Add", sqrt(nextV), op("Div", c(epsilon), rootC2)));
  const shrink = op("Sub", c(1), op("Mul", decay, op("Mul", rate, c(weightDecay))));
  const nextTheta = op("Sub", op("Mul", theta, shrink), op("Mul", direction, op("Mul", rate, op("Div", c1, rootC2))));
  const nextAverage = op("Add", average, op("Mul", op("Sub", nextTheta, average), op("Sub", c(1), keep)));
  graph.output("next_theta", nextTheta);
  graph.output("next_m", nextM);
  graph.output("next_v", nextV);
  graph.output("next_average", nextAverage);
}
