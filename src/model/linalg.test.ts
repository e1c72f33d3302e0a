import { expect, test } from "vitest";
import { createRng } from "../base/random.js";
import { invertSmall, invertSpd } from "./linalg.js";

const random = (n: number, seed: number): Float64Array => {
  const rng = createRng(seed);
  return Float64Array.from({ length: n * n }, () => rng.normal());
};
const product = (a: Float64Array, b: Float64Array, n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => {
    let s = 0;
    for (let k = 0; k < n; k++) s += a[Math.floor(at / n) * n + k] * b[k * n + (at % n)];
    return s;
  });
const transposed = (a: Float64Array, n: number): Float64Array => a.map((_, at) => a[(at % n) * n + Math.floor(at / n)]);
const distanceFromIdentity = (a: Float64Array, n: number): number => a.reduce((worst, x, at) => Math.max(worst, Math.abs(x - (at % (n + 1) === 0 ? 1 : 0))), 0);

test.each([1, 2, 5, 40])("the inverse of a positive definite matrix of size %d", (n) => {
  const a = random(n, n);
  const spd = product(a, transposed(a, n), n);
  for (let i = 0; i < n; i++) spd[i * n + i] += 0.1;
  const before = spd.slice();
  const inverse = invertSpd(spd, n);
  expect(spd).toEqual(before);
  expect(inverse).toEqual(transposed(inverse, n));
  expect(distanceFromIdentity(product(spd, inverse, n), n)).toBeLessThan(1e-9);
});

test.each([1, 2, 3, 7, 20])("the inverse of a general matrix of size %d", (n) => {
  const a = random(n, 100 + n);
  const before = a.slice();
  const inverse = invertSmall(a, n);
  expect(a).toEqual(before);
  expect(distanceFromIdentity(product(a, inverse, n), n)).toBeLessThan(1e-9);
  expect(distanceFromIdentity(product(inverse, a, n), n)).toBeLessThan(1e-9);
});

test("a zero on the diagonal is no obstacle where rows can be exchanged", () => {
  expect(Array.from(invertSmall(Float64Array.of(0, 2, 4, 0), 2))).toEqual([0, 0.25, 0.5, 0]);
});

test("what has no inverse is refused", () => {
  expect(() => invertSpd(Float64Array.of(1, 2, 2, 1), 2)).toThrow("not positive definite at row 1");
  expect(() => invertSpd(Float64Array.of(NaN), 1)).toThrow("not positive definite at row 0");
  expect(() => invertSmall(Float64Array.of(1, 2, 2, 4), 2)).toThrow("singular at column 1");
});
