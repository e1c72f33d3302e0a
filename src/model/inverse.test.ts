import { afterAll, beforeAll, expect, test } from "vitest";
import { createRng } from "../base/random.js";
import { openSession } from "../engine/node/session.js";
import { createInverter, type Inverter } from "./inverse.js";
import { invertSpd } from "./linalg.js";

let inverter: Inverter;
beforeAll(async () => {
  inverter = await createInverter(openSession);
});
afterAll(() => inverter.close());

/** Covariance of n correlated variables in `rows` people, plus a penalty. */
function covariance(n: number, rows: number, penalty: number): Float64Array {
  const rng = createRng(n);
  const x = Float64Array.from({ length: rows * n }, () => rng.normal());
  for (let i = 0; i < rows; i++) for (let j = 1; j < n; j++) x[i * n + j] += 0.9 * x[i * n + j - 1];
  const a = new Float64Array(n * n);
  for (let i = 0; i < rows; i++) for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) a[j * n + k] += (x[i * n + j] * x[i * n + k]) / rows;
  for (let j = 0; j < n; j++) a[j * n + j] += penalty;
  return a;
}

test.each([[1, 5], [96, 40], [97, 40], [193, 60], [401, 50]])("the inverse of %d variables is that of the plain loop", async (n, rows) => {
  const a = covariance(n, rows, 0.05);
  const before = a.slice();
  const inverse = await inverter.invert(a, n);
  expect(a).toEqual(before);
  const plain = invertSpd(a, n);
  const largest = plain.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  expect(inverse.reduce((worst, x, at) => Math.max(worst, Math.abs(x - plain[at])), 0)).toBeLessThan(1e-9 * largest);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) expect(inverse[i * n + j]).toBe(inverse[j * n + i]);
});

test("what has no inverse is refused", async () => {
  const a = covariance(200, 50, 0.05);
  for (let i = 0; i < 200; i++) a[150 * 200 + i] = a[i * 200 + 150] = 0;
  await expect(inverter.invert(a, 200)).rejects.toThrow("not positive definite");
});
