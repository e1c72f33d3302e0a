import { describe, expect, test } from "vitest";
import { difference, runGraph } from "../../test/support/checkOp.js";
import { createRng } from "../base/random.js";
import { Graph, Parameters, float32, ops } from "../engine/index.js";
import { chooseComponent, declareLatent, fixedNoise, gumbel, klOf, klOfComponents, klOfNormal, latent, type LatentConfig } from "./latent.js";

const configOf = (more: Partial<LatentConfig>): LatentConfig => ({ form: "hivae", width: 3, components: 4, draws: 4, point: "mixture", seed: 1, ...more });
const numbers = (data: ArrayLike<unknown>): number[] => Array.from(data as ArrayLike<number>);

describe("the divergence", () => {
  test("of a Normal agrees with the closed form and with Monte Carlo", async () => {
    const [shift, log] = [[0.7, -0.2], [-1.1, 0.4]];
    const g = new Graph();
    g.output("kl", klOfNormal(g.constant([...shift, 0, 0], [2, 2]), g.constant([...log, 0, 0], [2, 2])));
    const kl = numbers((await runGraph(g, {})).kl.data);
    const closed = shift.reduce((sum, m, u) => sum + 0.5 * (Math.exp(log[u]) + m * m - 1 - log[u]), 0);
    expect(kl[0]).toBeCloseTo(closed, 5);
    expect(kl[1]).toBeCloseTo(0, 6); // the prior itself
    // E_q[ln q(z) - ln p(z)]
    const rng = createRng(3);
    const draws = 200_000;
    let sum = 0;
    for (let i = 0; i < draws; i++) {
      for (let u = 0; u < 2; u++) {
        const e = rng.normal();
        const z = shift[u] + Math.exp(log[u] / 2) * e;
        sum += -0.5 * (e * e + log[u]) + 0.5 * z * z;
      }
    }
    expect(Math.abs(sum / draws - closed)).toBeLessThan(0.01);
  });

  test("of a categorical from the uniform one is ln S less its entropy", async () => {
    const scores = [1.2, -0.3, 0.4, 2, 0, 0, 0, 0];
    const g = new Graph();
    g.output("kl", klOfComponents(g.constant(scores, [2, 4])));
    const kl = numbers((await runGraph(g, {})).kl.data);
    const e = scores.slice(0, 4).map(Math.exp);
    const q = e.map((v) => v / e.reduce((a, b) => a + b));
    expect(kl[0]).toBeCloseTo(Math.log(4) + q.reduce((s, v) => s + v * Math.log(v), 0), 5);
    expect(kl[1]).toBeCloseTo(0, 6);
  });
});

describe("a Gumbel-softmax sample", () => {
  const scores = [0.5, -1, 1.5, 0];
  const e = scores.map(Math.exp);
  const softmax = e.map((v) => v / e.reduce((a, b) => a + b));
  const rows = 40_000;
  const rng = createRng(7);
  const noise = Float32Array.from({ length: rows * 4 }, () => gumbel(rng.uniform()));
  const sample = async (temperature: number | null): Promise<number[]> => {
    const g = new Graph();
    const perturbed = ops.add(g.constant(scores, [1, 4]), g.input("noise", ["B", 4]));
    g.output("s", chooseComponent(perturbed, temperature === null ? null : g.constant(temperature)));
    return numbers((await runGraph(g, { noise: float32(noise, rows, 4) })).s.data);
  };
  const frequencies = (s: readonly number[]): number[] => scores.map((_, k) => s.reduce((sum, v, at) => sum + (at % 4 === k ? v : 0), 0) / rows);

  test("chosen outright has the softmax's frequencies", async () => {
    const s = await sample(null);
    expect(new Set(s)).toEqual(new Set([0, 1]));
    expect(difference(frequencies(s), softmax)).toBeLessThan(4 * Math.sqrt(0.25 / rows));
  });

  test("at a low temperature is nearly the same, and has its largest part where the other has its one", async () => {
    const [soft, hard] = [await sample(0.1), await sample(null)];
    expect(difference(frequencies(soft), softmax)).toBeLessThan(0.02);
    const largest = (s: readonly number[], r: number): number => [0, 1, 2, 3].reduce((best, k) => (s[4 * r + k] > s[4 * r + best] ? k : best), 0);
    for (let r = 0; r < 500; r++) expect(largest(soft, r)).toBe(largest(hard, r));
  });
});

describe("fixed draws", () => {
  const noiseOf = async (config: LatentConfig, member: number): Promise<number[][]> => {
    const g = new Graph();
    fixedNoise(g, config, member).forEach(({ normal }, k) => g.output(`n${k}`, normal!));
    const out = await runGraph(g, {});
    return Array.from({ length: config.draws }, (_, k) => numbers(out[`n${k}`].data));
  };

  test("come in antithetic pairs, and differ between members and seeds", async () => {
    const [a, b, c, d] = await noiseOf(configOf({}), 0);
    expect(b).toEqual(a.map((x) => -x));
    expect(d).toEqual(c.map((x) => -x));
    expect(c).not.toEqual(a);
    expect((await noiseOf(configOf({}), 1))[0]).not.toEqual(a);
    expect((await noiseOf(configOf({ seed: 2 }), 0))[0]).not.toEqual(a);
    expect((await noiseOf(configOf({}), 0))[0]).toEqual(a);
  });

  test("are without noise for the plug-in rule: likeliest component, mean of z", async () => {
    expect(await noiseOf(configOf({ draws: 1, point: "plug-in" }), 0)).toEqual([[0, 0, 0]]);
  });
});

test("an averaged divergence over draws, a state per draw, and responsibilities that sum to 1", async () => {
  const config = configOf({ draws: 6 });
  const params = new Parameters();
  declareLatent(params, config, 5);
  const g = new Graph();
  const values = params.constants(g, params.initial(createRng(2)));
  const h = g.input("h", ["B", 5]);
  const out = latent(config, (name) => values.get(name)!, h, fixedNoise(g, config, 0));
  out.states.forEach((state, k) => g.output(`state${k}`, state));
  g.output("kl", klOf(out));
  g.output("q", out.responsibilities!);
  const rng = createRng(9);
  const run = await runGraph(g, { h: float32(Float32Array.from({ length: 15 }, () => rng.normal()), 3, 5) });
  expect(new Set(Array.from({ length: 6 }, (_, k) => numbers(run[`state${k}`].data)[0])).size).toBe(6);
  for (const kl of numbers(run.kl.data)) expect(kl).toBeGreaterThan(0);
  const q = numbers(run.q.data);
  for (let r = 0; r < 3; r++) expect(q.slice(4 * r, 4 * r + 4).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
});
