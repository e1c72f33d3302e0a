import { adamwKernel } from "./adamwKernel.js";

export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /** Largest norm of the whole gradient; longer ones are scaled down to it. */
  readonly clip?: number;
}

/** What differs from step to step; the schedule is the caller's. */
export interface AdamWStep {
  readonly rate: number;
  /** Steps taken before this one. */
  readonly taken: number;
  /** How much of the average stays. */
  readonly keep: number;
}

/** What an optimiser remembers, each of the flat parameters' size. */
export const optimiserState = ["theta", "m", "v", "average"] as const;

export interface Optimiser {
  readonly theta: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly average: Float32Array;
  /** To be written before each step. */
  readonly gradient: Float32Array;
  step(how: AdamWStep): void;
}

/**
 * AdamW (Loshchilov & Hutter 2019) with clipping by global norm and an exponential moving average of the weights:
 *   g <- g min(1, clip / |g|);  m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2
 *   theta <- theta (1 - rate wd decay) - rate (m c1) / (sqrt(v c2) + eps);  average <- average + (1 - keep)(theta - average)
 * with c1 = 1 / (1 - b1^t) and c2 = 1 / (1 - b2^t). A kernel of WebAssembly does all of it in one pass over memory, in float32;
 * as nodes of a graph it would be twenty passes, which cost more than the network's own products (docs/decisions.md).
 * @param start the parameters, where the average begins too
 * @param decay 1 where weights decay, else 0
 */
export function createAdamW(start: Float32Array, decay: Float32Array, options: AdamWOptions = {}): Optimiser {
  const { beta1 = 0.9, beta2 = 0.98, epsilon = 1e-8, weightDecay = 0.05, clip = 1 } = options;
  if (decay.length !== start.length) throw new Error(`there are ${start.length} parameters, but ${decay.length} numbers of decay`);
  const bytes = 16 * Math.ceil(start.length / 4);
  const { memory, sumOfSquares, step } = openKernel(6 * bytes);
  const array = (k: number): Float32Array => new Float32Array(memory.buffer, k * bytes, start.length);
  const [theta, m, v, average, gradient] = [0, 1, 2, 3, 4].map(array);
  theta.set(start);
  average.set(start);
  array(5).set(decay);
  return {
    theta,
    m,
    v,
    average,
    gradient,
    step({ rate, taken, keep }) {
      const c1 = 1 / (1 - beta1 ** (taken + 1));
      const rootC2 = Math.sqrt(1 / (1 - beta2 ** (taken + 1)));
      const factor = Math.min(1, clip / (Math.sqrt(sumOfSquares(bytes)) + 1e-12)) * (1 - beta1);
      step(bytes, factor, beta1, beta2, (1 - beta2) / (1 - beta1) ** 2, epsilon / rootC2, (rate * c1) / rootC2, rate * weightDecay, 1 - keep);
    },
  };
}

interface Kernel {
  readonly memory: WebAssembly.Memory;
  sumOfSquares(bytes: number): number;
  step(bytes: number, ...scalars: readonly number[]): void;
}

const pageBytes = 65_536;

/** The kernel on a memory of its own, which is all zeros. */
function openKernel(bytes: number): Kernel {
  const pages = Math.max(1, Math.ceil(bytes / pageBytes));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new WebAssembly.Module(Uint8Array.from(atob(adamwKernel), (c) => c.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(module, { kernel: { memory } });
  return { ...(exports as unknown as Omit<Kernel, "memory">), memory };
}
