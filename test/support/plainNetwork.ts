import type { Layout } from "../../src/data/layout.js";
import type { Parameters } from "../../src/engine/index.js";
import { logVarianceRange } from "../../src/model/blocks.js";
import { ballOf } from "../../src/model/heavyBall.js";
import type { NetworkConfig } from "../../src/model/network.js";

/*
 * The whole network and its loss by plain loops in double precision, row by row: written from the description in
 * network.ts and not from its code, to hold the graph against.
 */
type Row = number[];
type Matrix = Row[];

export interface PlainInputs {
  readonly x: Matrix; // (B, D)
  readonly visible: Matrix; // (B, p)
  readonly center: Row;
  readonly weights: Matrix; // (D, D)
  readonly relaxation: number;
  readonly covariance: Matrix | null; // (D, D)
  readonly doubt: number;
  /** People in memory, and for each row of the batch which of them it is itself (-1: none). */
  readonly memory: { readonly features: Matrix; readonly observed: Matrix } | null;
  readonly own: readonly number[];
  readonly dropout?: readonly Matrix[];
  /** Noise of the latent's draw, the same for every row. */
  readonly draw?: { readonly normal: Row; readonly gumbel: Row; readonly temperature: number };
}

export interface PlainOutputs {
  readonly linear: Matrix;
  readonly memory: Matrix | null;
  readonly logits: Matrix;
  readonly logVariance: Matrix;
  /** Divergence of the latent's posterior from its prior, per row; 0 without a latent. */
  readonly kl: Row;
  /** The best score of each head and row: the shift of the kernel, through which no gradient flows. */
  readonly shifts: Matrix;
  /** Per row, head and person in memory: the kernel's weight. */
  readonly kernel: readonly Matrix[];
}

/** Looks up parameters in the flat buffer by name and index. */
export function plainParameters(params: Parameters, theta: ArrayLike<number>): (name: string, ...index: number[]) => number {
  const byName = new Map(params.declared.map((d) => [d.name, d]));
  return (name, ...index) => {
    const { offset, shape } = byName.get(name)!;
    return theta[offset + index.reduce((at, i, axis) => at * shape[axis] + i, 0)];
  };
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sum = (n: number, f: (i: number) => number): number => {
  let s = 0;
  for (let i = 0; i < n; i++) s += f(i);
  return s;
};
const silu = (a: number): number => a / (1 + Math.exp(-a));
const clamp = (a: number, low: number, high: number): number => Math.min(high, Math.max(low, a));

/** @param shifts of an earlier run, to be kept fixed while parameters move */
/** Conjugate gradients for S[V, V] + (0.03 + doubt |V|) I in four steps, as textbooks have them, and what the solution says of all features. */
function expectedOf(deviation: Row, seen: (k: number) => boolean, covariance: Matrix, doubt: number): Row {
  const dot = (a: Row, b: Row): number => sum(a.length, (k) => a[k] * b[k]);
  const times = (v: Row): Row => v.map((_, k) => dot(v, covariance[k]));
  const penalty = 0.03 + doubt * deviation.filter((_, k) => seen(k)).length;
  let [residual, direction] = [deviation, deviation];
  let solution = deviation.map(() => 0);
  for (let step = 0; step < 4; step++) {
    const image = times(direction).map((v, k) => (seen(k) ? v : 0) + penalty * direction[k]);
    const length = dot(residual, residual) / Math.max(dot(direction, image), 1e-300);
    const next = residual.map((v, k) => v - length * image[k]);
    solution = solution.map((v, k) => v + length * direction[k]);
    direction = next.map((v, k) => v + (dot(next, next) / Math.max(dot(residual, residual), 1e-300)) * direction[k]);
    residual = next;
  }
  return times(solution);
}

export function plainNetwork(layout: Layout, config: NetworkConfig, get: ReturnType<typeof plainParameters>, inputs: PlainInputs, shifts?: Matrix): PlainOutputs {
  const { features: d, columns, numbers } = layout;
  const p = columns.length;
  const columnOf = columns.flatMap((c, j) => new Array<number>(c.width).fill(j));
  const levelColumns = columns.filter((c) => c.kind === "levels");
  const normalised = (row: Row): Row => {
    const out = [...row];
    for (const { first, width } of levelColumns) {
      const clipped = range(width).map((k) => clamp(row[first + k], 0.003, 1));
      const total = sum(width, (k) => clipped[k]);
      for (let k = 0; k < width; k++) out[first + k] = clipped[k] / total;
    }
    return out;
  };
  const logged = (row: Row): Row => row.map((v, k) => (columns[columnOf[k]].kind === "levels" ? Math.log(v) : v));

  const keyOf = (x: Row, visible: Row): Matrix => {
    const { heads, keyWidth, hidden } = config.memory!;
    const input = [...x, ...visible];
    const h = range(hidden).map((a) => silu(sum(d + p, (i) => input[i] * get("key.in", i, a)) + get("key.in.bias", a)));
    return range(heads).map((head) => range(keyWidth).map((k) => {
      const at = head * keyWidth + k;
      return sum(hidden, (a) => h[a] * get("key.out", a, at)) + sum(d, (i) => x[i] * get("key.skip", i, at));
    }));
  };
  const memoryKeys = inputs.memory?.features.map((row, m) => keyOf(row, inputs.memory!.observed[m]));

  const outputs = inputs.x.map((raw, b) => {
    const visible = inputs.visible[b];
    const seen = (k: number): boolean => visible[columnOf[k]] === 1;
    const x = raw.map((v, k) => (seen(k) ? v : 0));

    const told = config.linearRounds > 0 && inputs.covariance && expectedOf(x.map((v, k) => (seen(k) ? v - inputs.center[k] : 0)), seen, inputs.covariance, inputs.doubt);
    let predicted = inputs.center.map((c, k) => (told && !seen(k) ? c + told[k] : c));
    let filled = x.map((v, k) => (seen(k) ? v : predicted[k]));
    let earlier: Row | null = null;
    for (let round = 0; round < config.linearRounds; round++) {
      const [before, last, twoBefore]: [Row, Row, Row | null] = [filled, predicted, earlier];
      predicted = range(d).map((k) => (1 - inputs.relaxation) * last[k] + inputs.relaxation * (inputs.center[k] + sum(d, (i) => (before[i] - inputs.center[i]) * inputs.weights[i][k])) + (twoBefore ? ballOf(config.linearRounds).momentum * (last[k] - twoBefore[k]) : 0));
      earlier = last;
      filled = x.map((v, k) => (seen(k) ? v : predicted[k]));
    }
    const linear = normalised(predicted);

    let memory: Row | null = null;
    let rowShifts: Row = [];
    const kernel: Matrix = [];
    if (config.memory && inputs.memory && memoryKeys) {
      const people = inputs.memory;
      const { heads, keyWidth } = config.memory;
      const query = keyOf(x, visible);
      const mixed = new Array<number>(d).fill(0);
      for (let head = 0; head < heads; head++) {
        const others = range(people.features.length).filter((m) => m !== inputs.own[b]);
        const score = (m: number): number => -Math.exp(get("key.sharpness", head)) * sum(keyWidth, (k) => (query[head][k] - memoryKeys[m][head][k]) ** 2);
        const shift = shifts?.[b][head] ?? Math.max(...others.map(score));
        rowShifts = [...rowShifts, shift];
        const weight = others.map((m) => Math.exp(score(m) - shift));
        kernel.push(people.features.map((_, m) => (m === inputs.own[b] ? 0 : weight[others.indexOf(m)])));
        for (let k = 0; k < d; k++) {
          const top = sum(others.length, (i) => weight[i] * people.features[others[i]][k]) + 0.03 * inputs.center[k];
          const total = sum(others.length, (i) => weight[i] * people.observed[others[i]][columnOf[k]]) + 0.03;
          const share = Math.exp(get("head.share", head, columnOf[k])) / sum(heads, (h) => Math.exp(get("head.share", h, columnOf[k])));
          mixed[k] += (share * top) / total;
        }
      }
      memory = normalised(mixed);
    }
    const base = logged(linear).map((v, k) => get("gate.linear", k) * v + (memory ? get("gate.memory", k) * logged(memory)[k] : 0));
    const { logits, logVariance, kl } = config.residual.kind === "mlp"
      ? plainMlp(config.residual.width, [...filled, ...visible], inputs.dropout?.map((mask) => mask[b]))
      : plainTransformer(config.residual, x, linear, memory, visible);
    return { linear, memory, logits: base.map((v, k) => v + logits[k]), logVariance, kl, shifts: rowShifts, kernel };
  });
  return {
    linear: outputs.map((o) => o.linear),
    memory: outputs[0].memory ? outputs.map((o) => o.memory!) : null,
    logits: outputs.map((o) => o.logits),
    logVariance: outputs.map((o) => o.logVariance),
    kl: outputs.map((o) => o.kl),
    shifts: outputs.map((o) => o.shifts),
    kernel: outputs.map((o) => o.kernel),
  };

  /** The decoder's state of one row and its divergence, from the encoder's hidden state. */
  function plainLatent(h: Row): { state: Row; kl: number } {
    const { form, width: units, components } = config.latent!;
    const { normal, gumbel, temperature } = inputs.draw!;
    const layer = (name: string, size: number): Row => range(size).map((a) => sum(h.length, (i) => h[i] * get(name, i, a)) + get(`${name}.bias`, a));
    const softmax = (a: Row): Row => a.map((v) => Math.exp(v) / sum(a.length, (i) => Math.exp(a[i])));
    const state = range(h.length).map((a) => get("latent.state.bias", a));
    let kl = 0;
    let s: Row = [];
    if (form !== "flat") {
      const scores = layer("latent.s", components);
      s = softmax(scores.map((v, c) => (v + gumbel[c]) / temperature));
      kl += softmax(scores).reduce((total, q) => total + q * Math.log(q * components), 0);
      for (let a = 0; a < h.length; a++) state[a] += sum(components, (c) => s[c] * get("latent.s.state", c, a));
    }
    if (form !== "discrete") {
      const chosen = (name: string, u: number): number => (form === "hivae" ? sum(components, (c) => s[c] * get(name, c, u)) : 0);
      const means = layer("latent.mean", units);
      const logs = layer("latent.variance", units);
      for (let u = 0; u < units; u++) {
        const mean = means[u] + chosen("latent.s.mean", u);
        const log = clamp(logs[u] + chosen("latent.s.variance", u), -10, 4);
        kl += 0.5 * (Math.exp(log) + (mean - chosen("latent.prior", u)) ** 2 - 1 - log);
        const z = mean + Math.exp(log / 2) * normal[u];
        for (let a = 0; a < h.length; a++) state[a] += z * get("latent.z.state", u, a);
      }
    }
    return { state: state.map(silu), kl };
  }

  function plainMlp(width: number, input: Row, dropout?: Matrix): { logits: Row; logVariance: Row; kl: number } {
    const layer = (from: Row, name: string, size: number): Row => range(size).map((a) => sum(from.length, (i) => from[i] * get(name, i, a)) + get(`${name}.bias`, a));
    const drop = (h: Row, i: number): Row => h.map((v, a) => v * (dropout?.[i][a] ?? 1));
    const h1 = drop(layer(input, "mlp.1", width).map(silu), 0);
    const h2 = drop(layer(h1, "mlp.2", width).map(silu), 1);
    const { state, kl } = config.latent ? plainLatent(h2) : { state: h2, kl: 0 };
    return { logits: layer(state, "mlp.out", d), logVariance: numbers > 0 ? layer(state, "mlp.variance", numbers).map((v) => clamp(v, ...logVarianceRange)) : [], kl };
  }

  function plainTransformer({ width, depth, heads }: { width: number; depth: number; heads: number }, x: Row, linear: Row, memory: Row | null, visible: Row): { logits: Row; logVariance: Row; kl: number } {
    const groupOf = layout.groups.flatMap((g, i) => new Array<number>(g.count).fill(i));
    const norm = (v: Row, name: string): Row => {
      const mean = sum(width, (a) => v[a]) / width;
      const variance = sum(width, (a) => (v[a] - mean) ** 2) / width;
      return v.map((u, a) => ((u - mean) / Math.sqrt(variance + 1e-5)) * get(`${name}.scale`, a) + get(`${name}.shift`, a));
    };
    const times = (v: Row, name: string, size: number): Row => range(size).map((a) => sum(v.length, (i) => v[i] * get(name, i, a)));
    const added = (...rows: Row[]): Row => range(rows[0].length).map((a) => sum(rows.length, (r) => rows[r][a]));
    let h: Matrix = columns.map((column, j) => {
      const within = j - layout.groups[groupOf[j]].firstColumn;
      const embed = (source: string, values: Row): Row =>
        range(width).map((a) => sum(column.width, (k) => values[column.first + k] * get(`token.${source}.${groupOf[j]}`, within, k, a)));
      const own = range(width).map((a) => get("token.column", j, a));
      if (visible[j] === 1) return added(own, embed("value", x));
      const mask = range(width).map((a) => get("token.mask", j, a));
      return added(own, mask, embed("linear", linear), memory ? embed("memory", memory) : mask.map(() => 0));
    });
    for (let l = 0; l < depth; l++) {
      const n1 = h.map((v) => norm(v, `block${l}.norm1`));
      const [q, k, v] = ["query", "key", "value"].map((name) => n1.map((t) => times(t, `block${l}.${name}`, width)));
      const size = width / heads;
      const mixed = h.map((_, i) => {
        const out = new Array<number>(width).fill(0);
        for (let head = 0; head < heads; head++) {
          const part = range(size).map((a) => head * size + a);
          const e = h.map((_other, j) => Math.exp(sum(size, (a) => q[i][part[a]] * k[j][part[a]]) / Math.sqrt(size)));
          const total = sum(p, (j) => e[j]);
          for (const a of part) out[a] = sum(p, (j) => e[j] * v[j][a]) / total;
        }
        return out;
      });
      h = h.map((t, i) => added(t, times(mixed[i], `block${l}.out`, width)));
      h = h.map((t) => {
        const up = added(times(norm(t, `block${l}.norm2`), `block${l}.up`, 2 * width), range(2 * width).map((a) => get(`block${l}.up.bias`, a))).map(silu);
        return added(t, times(up, `block${l}.down`, width), range(width).map((a) => get(`block${l}.down.bias`, a)));
      });
    }
    const tokens = h.map((t) => norm(t, "final"));
    const { state, kl } = config.latent ? plainLatent(range(width).map((a) => sum(p, (j) => tokens[j][a]) / p)) : { state: new Array<number>(width).fill(0), kl: 0 };
    const last = tokens.map((t) => added(t, state));
    const logits = columns.flatMap((column, j) => {
      const within = j - layout.groups[groupOf[j]].firstColumn;
      return range(column.width).map((k) => sum(width, (a) => last[j][a] * get(`head.${groupOf[j]}`, within, a, k)) + get("head.bias", column.first + k));
    });
    const logVariance = range(numbers).map((j) => clamp(sum(width, (a) => last[j][a] * get("head.variance", j, a, 0)) + get("head.variance.bias", j), ...logVarianceRange));
    return { logits, logVariance, kl };
  }
}

/** Weighted Gaussian and cross-entropy loss of the network's prediction, plus the row memory's squared error and log loss. */
export function plainLoss(layout: Layout, out: PlainOutputs, target: Matrix, weight: Matrix, memoryLoss: number, largestSurprise = Infinity): number {
  let loss = 0;
  out.logits.forEach((logits, b) => layout.columns.forEach(({ kind, first, width }, j) => {
    const w = weight[b][j];
    const memory = out.memory?.[b];
    if (kind === "number") {
      const error = (logits[first] - target[b][first]) ** 2;
      const surprise = error * Math.exp(-out.logVariance[b][j]);
      // Training counts by a t distribution of 20 degrees of freedom, scores by a normal one up to a bound.
      loss += 0.5 * w * ((largestSurprise < Infinity ? Math.min(largestSurprise, surprise) : 21 * Math.log(1 + surprise / 20)) + out.logVariance[b][j]);
      if (memory) loss += 0.5 * memoryLoss * w * (memory[first] - target[b][first]) ** 2;
      return;
    }
    const logTotal = Math.log(sum(width, (k) => Math.exp(logits[first + k])));
    for (let k = 0; k < width; k++) {
      loss -= w * target[b][first + k] * (logits[first + k] - logTotal);
      if (memory) loss -= memoryLoss * w * target[b][first + k] * Math.log(memory[first + k]);
    }
  }));
  return loss;
}
