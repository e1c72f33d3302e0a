import { nn, numpy as np, type Array as JaxArray } from "@jax-js/jax";
import { expect, test } from "vitest";
import { checkOp, runGraph } from "../../../test/support/checkOp.js";
import { at, plain, total, type Plain } from "../../../test/support/plain.js";
import { createRng } from "../../base/random.js";
import { Graph, float32, grad, ops } from "../index.js";

/** Attention by loops; present (rows, m) leaves keys out. */
function attend({ q, k, v }: Readonly<Record<string, Plain>>, heads: number, present?: number[][]): Plain {
  const [, , d] = q.shape;
  const m = k.shape[1];
  const width = d / heads;
  return plain(q.shape, (b, i, c) => {
    const first = Math.floor(c / width) * width;
    const weight = (j: number): number =>
      present?.[b][j] === 0 ? 0 : Math.exp(total(width, (x) => at(q, b, i, first + x) * at(k, b, j, first + x)) / Math.sqrt(width));
    const all = total(m, weight);
    return all === 0 ? 0 : total(m, (j) => weight(j) * at(v, b, j, c)) / all;
  });
}

function jaxAttend({ q, k, v }: Readonly<Record<string, JaxArray>>, heads: number): JaxArray {
  const [rows, n, d] = q.shape;
  const m = k.shape[1];
  const split = (x: JaxArray, length: number): JaxArray => np.transpose(x.reshape([rows, length, heads, d / heads]), [0, 2, 1, 3]);
  const scores = np.matmul(split(q, n), np.matrixTranspose(split(k, m))).mul(1 / Math.sqrt(d / heads));
  return np.transpose(np.matmul(nn.softmax(scores, -1), split(v, m)), [0, 2, 1, 3]).reshape([rows, n, d]);
}

test.each([[1, 3, 3, 4], [2, 3, 3, 4], [2, 2, 5, 6]])("%i heads, %i queries, %i keys, width %i", (heads, n, m, d) =>
  checkOp({
    inputs: { q: ["B", n, d], k: ["B", m, d], v: ["B", m, d] },
    build: ({ q, k, v }) => ops.attention(q, k, v, heads),
    plain: (arrays) => attend(arrays, heads),
    jax: (arrays) => jaxAttend(arrays, heads),
  }));

const random = (seed: number, size: number): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length: size }, () => rng.normal());
};

/** Value and gradients of a weighted sum, for queries of 3 places, 4 keys, width 4 and 2 heads. */
async function run(rows: number, pieces: number, present: Float32Array | null) {
  const g = new Graph();
  const [q, k, v, w] = [["q", 3], ["k", 4], ["v", 4], ["w", 3]].map(([name, n]) => g.input(name as string, ["B", n as number, 4]));
  const y = ops.attention(q, k, v, 2, { pieces, present: present && g.input("present", ["B", 4]) });
  g.output("y", y);
  grad(ops.sum(ops.mul(y, w)), [q, k, v]).forEach((d, i) => g.output(`d${i}`, d));
  const feed = (seed: number, n: number) => float32(random(seed, rows * n * 4), rows, n, 4);
  const out = await runGraph(g, { q: feed(1, 3), k: feed(2, 4), v: feed(3, 4), w: feed(4, 3), ...(present ? { present: float32(present, rows, 4) } : {}) });
  return Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, [...(data as Float32Array)]]));
}

test("the same bits in any number of pieces", async () => {
  const whole = await run(6, 1, null);
  for (const pieces of [2, 3, 6]) expect(await run(6, pieces, null)).toEqual(whole);
});

test("absent keys have no part in the answer and get no gradient; without any key the answer is zero", async () => {
  const present = [[1, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]];
  const { y, d0, d1, d2 } = await run(3, 1, Float32Array.from(present.flat()));
  const shaped = (data: number[] | Float32Array, n: number): Plain => ({ shape: [3, n, 4], data: Float64Array.from(data) });
  const [q, k, v] = [shaped(random(1, 36), 3), shaped(random(2, 48), 4), shaped(random(3, 48), 4)];
  const expected = attend({ q, k, v }, 2, present).data;
  y.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  present.forEach((bits, b) => bits.forEach((bit, j) => {
    const keys = [...d1.slice((b * 4 + j) * 4, (b * 4 + j + 1) * 4), ...d2.slice((b * 4 + j) * 4, (b * 4 + j + 1) * 4)];
    if (bit === 0) expect(keys.every((x) => x === 0)).toBe(true);
  }));
  expect(d0.slice(24)).toEqual(new Array(12).fill(0));
  expect(d2.slice(0, 4).some((x) => x !== 0)).toBe(true);
});

test("refuses shapes that do not fit", () => {
  const g = new Graph();
  const [q, k] = [g.input("q", [4, 3, 6]), g.input("k", [4, 5, 6])];
  expect(() => ops.attention(q, k, q, 2)).toThrow("keys [4,5,6] and values [4,3,6]");
  expect(() => ops.attention(q, k, k, 4)).toThrow("4 heads cannot go from [4,3,6]");
  expect(() => ops.attention(q, k, k, 2, { pieces: 3 })).toThrow("4 rows cannot be cut into 3 equal pieces");
  expect(() => ops.attention(q, k, k, 2, { present: g.input("p", [4, 3]) })).toThrow("present [4,3] must be [4,5]");
});
