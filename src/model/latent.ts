import { createRng } from "../base/random.js";
import { ops, type Graph, type Parameters, type Tensor } from "../engine/index.js";

/*
 * The latent of HI-VAE (Nazabal et al. 2018, arXiv 1807.03653), between the encoder's hidden state and the decoder:
 *
 *   h (B, w) ──> q(s | x)      categorical over S components, a Gumbel-softmax sample while training
 *            ──> q(z | x, s)   Normal with a variance per unit, Z units
 *   (s, z)   ──> state (B, w)  what the decoder reads
 *
 * Priors: p(s) uniform, p(z | s) Normal with a learned mean per component and unit variance. `flat` has z alone with a
 * standard Normal prior; `discrete` has s alone.
 */

export const latentForms = ["none", "hivae", "flat", "discrete"] as const;
export type LatentForm = (typeof latentForms)[number];

export interface LatentConfig {
  readonly form: Exclude<LatentForm, "none">;
  /** Units of z. */
  readonly width: number;
  /** Components of s. */
  readonly components: number;
  /** Draws (s, z) ~ q(. | visible) that an answer averages over; one, without noise, for the plug-in rule. */
  readonly draws: number;
  /** `plug-in`: the likeliest s and the mean of z, as HI-VAE imputes. */
  readonly point: "mixture" | "plug-in";
  /** Seed of the draws' noise. */
  readonly seed: number;
}

/** What makes one draw: standard normal and Gumbel noise, of each row (B, .) or the same for all rows (1, .). */
export interface LatentNoise {
  readonly normal: Tensor | null; // (B or 1, Z)
  readonly gumbel: Tensor | null; // (B or 1, S)
  /** (): of the Gumbel-softmax; null: one component is chosen outright. */
  readonly temperature: Tensor | null;
}

/** The latent of nobody in particular, at the mean of its prior: what is left when it tells nothing of a person. */
export type LatentDraw = LatentNoise | "prior";

export interface LatentOutputs {
  /** The decoder's state of each draw: (B, w). */
  readonly states: readonly Tensor[];
  /** KL(q(s | x) || p(s)) of each row: (B); null without s. */
  readonly klComponents: Tensor | null;
  /** KL(q(z | x, s) || p(z | s)) of each row at each draw's s: (B); none without z. */
  readonly klNormal: readonly Tensor[];
  /** q(s | x): (B, S); null without s. */
  readonly responsibilities: Tensor | null;
  /** Mean of q(z | x, s) less that of p(z | s) at each draw's s: (B, Z). A unit in which it is the same for everybody says nothing. */
  readonly shifts: readonly Tensor[];
}

/** Range of the posterior's log-variance. */
const logVarianceRange = [-10, 4] as const;

export const hasComponents = ({ form }: LatentConfig): boolean => form !== "flat";
export const hasNormal = ({ form }: LatentConfig): boolean => form !== "discrete";

/** Declares the latent of an encoder whose hidden state has `w` units. */
export function declareLatent(params: Parameters, config: LatentConfig, w: number): void {
  const { width: units, components } = config;
  const fan = 1 / Math.sqrt(w);
  if (hasComponents(config)) {
    params.declare("latent.s", [w, components], { normal: 0.6 * fan });
    params.declare("latent.s.bias", [components], { fill: 0 });
    params.declare("latent.s.state", [components, w], { normal: 0.6 });
  }
  if (hasNormal(config)) {
    params.declare("latent.mean", [w, units], { normal: 0.6 * fan });
    params.declare("latent.mean.bias", [units], { fill: 0 });
    params.declare("latent.variance", [w, units], { normal: 0.1 * fan });
    params.declare("latent.variance.bias", [units], { fill: -1 });
    params.declare("latent.z.state", [units, w], { normal: 0.6 / Math.sqrt(units) });
  }
  if (config.form === "hivae") {
    params.declare("latent.s.mean", [components, units], { normal: 0.3 });
    params.declare("latent.s.variance", [components, units], { normal: 0.03 });
    params.declare("latent.prior", [components, units], { normal: 0.3 }, false);
  }
  params.declare("latent.state.bias", [w], { fill: 0 });
}

/** Runs the latent for every draw; the encoder's h (B, w) is the same for all of them. */
export function latent(config: LatentConfig, get: (name: string) => Tensor, h: Tensor, draws: readonly LatentDraw[]): LatentOutputs {
  const dense = (x: Tensor, name: string): Tensor => ops.add(ops.matmul(x, get(name)), get(`${name}.bias`));
  const scores = hasComponents(config) ? dense(h, "latent.s") : null; // (B, S)
  const mean = hasNormal(config) ? dense(h, "latent.mean") : null; // (B, Z)
  const logVariance = hasNormal(config) ? dense(h, "latent.variance") : null;
  const mixes = config.form === "hivae";
  const drawn = draws.map((draw) => {
    if (draw === "prior") return { state: priorState(config, get, h.graph), kl: null, shift: null };
    const { normal, gumbel, temperature } = draw;
    const s = scores && chooseComponent(ops.add(scores, gumbel!), temperature); // (B, S)
    const own = (x: Tensor, name: string): Tensor => (mixes ? ops.add(x, ops.matmul(s!, get(name))) : x);
    let state: Tensor | null = s && ops.matmul(s, get("latent.s.state")); // (B, w)
    let kl: Tensor | null = null;
    let shift: Tensor | null = null;
    if (mean && logVariance) {
      const centre = own(mean, "latent.s.mean");
      const spread = ops.clamp(own(logVariance, "latent.s.variance"), ...logVarianceRange);
      const z = ops.add(centre, ops.mul(ops.exp(ops.scale(spread, 0.5)), normal!)); // (B, Z)
      shift = mixes ? ops.sub(centre, ops.matmul(s!, get("latent.prior"))) : centre;
      kl = klOfNormal(shift, spread);
      const part = ops.matmul(z, get("latent.z.state"));
      state = state ? ops.add(state, part) : part;
    }
    return { state: ops.silu(ops.add(state!, get("latent.state.bias"))), kl, shift };
  });
  return {
    states: drawn.map((d) => d.state),
    klComponents: scores && klOfComponents(scores),
    klNormal: drawn.flatMap((d) => d.kl ?? []),
    responsibilities: scores && ops.softmax(scores),
    shifts: drawn.flatMap((d) => d.shift ?? []),
  };
}

/** The decoder's state (1, w) at the mean of p(s) p(z | s). */
function priorState(config: LatentConfig, get: (name: string) => Tensor, g: Graph): Tensor {
  const s = hasComponents(config) ? g.constant(new Float32Array(config.components).fill(1 / config.components), [1, config.components]) : null;
  let state = get("latent.state.bias");
  if (s) state = ops.add(ops.matmul(s, get("latent.s.state")), state);
  if (config.form === "hivae") state = ops.add(ops.matmul(ops.matmul(s!, get("latent.prior")), get("latent.z.state")), state);
  return ops.silu(ops.reshape(state, [1, state.shape.at(-1)!]));
}

/**
 * A sample of a categorical from its scores plus Gumbel noise (B, S): relaxed by a softmax at a temperature (Jang et al.
 * 2017, Maddison et al. 2017), or the largest outright (Gumbel-max).
 */
export function chooseComponent(perturbed: Tensor, temperature: Tensor | null): Tensor {
  if (temperature) return ops.softmax(ops.div(perturbed, temperature));
  const g = perturbed.graph;
  return ops.where(ops.equal(perturbed, ops.maxAlong(perturbed, 1)), g.constant(1), g.constant(0));
}

/** KL(q || uniform) = sum q ln q + ln S of categoricals given by their scores (B, S) -> (B). */
export function klOfComponents(scores: Tensor): Tensor {
  const logs = ops.logSoftmax(scores);
  return ops.addScalar(ops.sum(ops.mul(ops.exp(logs), logs), [1]), Math.log(scores.shape[1] as number));
}

/** KL(N(shift, e^v) || N(0, 1)) = sum (e^v + shift^2 - 1 - v) / 2 over units: (B, Z) -> (B). */
export function klOfNormal(shift: Tensor, logVariance: Tensor): Tensor {
  const terms = ops.sub(ops.add(ops.exp(logVariance), ops.square(shift)), ops.addScalar(logVariance, 1));
  return ops.scale(ops.sum(terms, [1]), 0.5);
}

/** Both divergences of each row together, that of z averaged over draws: (B). */
export function klOf({ klComponents, klNormal }: LatentOutputs): Tensor {
  if (klNormal.length === 0) return klComponents!;
  const average = ops.scale(klNormal.reduce((a, b) => ops.add(a, b)), 1 / klNormal.length);
  return klComponents ? ops.add(klComponents, average) : average;
}

/** What tells whether the latent says something, at draws of which the last one of a person is without noise. */
export function probeLatent(g: Graph, out: LatentOutputs): void {
  g.output("latent.kl", klOf({ ...out, klNormal: out.klNormal.slice(0, -1) }));
  if (out.responsibilities) g.output("latent.responsibilities", out.responsibilities);
  if (out.shifts.length > 0) g.output("latent.shift", out.shifts.at(-1)!);
}

/** Standard Gumbel noise -ln(-ln u) from uniform u in (0, 1). */
export const gumbel = (u: number): number => -Math.log(-Math.log(u));

/** A relaxed draw for training, its noise fed by the caller: `latent.normal` (B, Z), `latent.gumbel` (B, S), `temperature`. */
export function trainingNoise(g: Graph, config: LatentConfig): LatentNoise {
  const relaxed = hasComponents(config);
  return {
    normal: hasNormal(config) ? g.input("latent.normal", ["B", config.width]) : null,
    gumbel: relaxed ? g.input("latent.gumbel", ["B", config.components]) : null,
    temperature: relaxed ? g.input("temperature", []) : null,
  };
}

/**
 * The draws of an answer as constants, the same for every row, so that a row's answer is a function of its visible cells
 * alone. Normals come in antithetic pairs. The plug-in rule is one draw without noise.
 * @param member draws of the members of an ensemble differ
 */
export function fixedNoise(g: Graph, config: LatentConfig, member: number): LatentNoise[] {
  const { width, components, seed, point } = config;
  const rng = createRng(seed, 0x1a7e47, member);
  const silent = point === "plug-in";
  let pair = new Float32Array(width);
  return Array.from({ length: config.draws }, (_, k) => {
    pair = k % 2 === 0 ? Float32Array.from(pair, () => (silent ? 0 : rng.normal())) : pair.map((x) => -x);
    const gumbels = Float32Array.from({ length: components }, () => (silent ? 0 : gumbel(rng.uniform())));
    return {
      normal: hasNormal(config) ? g.constant(pair, [1, width]) : null,
      gumbel: hasComponents(config) ? g.constant(gumbels, [1, components]) : null,
      temperature: null,
    };
  });
}
