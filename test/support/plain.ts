/** Plain loops over small arrays: the slow reference that the tests hold the graphs against. */
export interface Plain {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

const strides = (shape: readonly number[]): number[] => shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));

/** An array whose elements are computed one by one from their index. */
export function plain(shape: readonly number[], f: (...index: number[]) => number): Plain {
  const step = strides(shape);
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({ length: size }, (_, k) => f(...shape.map((d, i) => Math.floor(k / step[i]) % d)));
  return { shape, data };
}

/** The element at an index, with NumPy's broadcasting: missing leading axes and axes of size 1 are repeated. */
export function at(x: Plain, ...index: number[]): number {
  const step = strides(x.shape);
  const own = index.slice(index.length - x.shape.length);
  return x.data[own.reduce((k, i, axis) => k + (x.shape[axis] === 1 ? 0 : i) * step[axis], 0)];
}

/** Sum of f(0) … f(n - 1). */
export const total = (n: number, f: (i: number) => number): number =>
  Array.from({ length: n }, (_, i) => f(i)).reduce((a, b) => a + b, 0);

/** f applied element by element to arrays that broadcast to `shape`. */
export const each = (shape: readonly number[], f: (...values: number[]) => number, ...inputs: Plain[]): Plain =>
  plain(shape, (...index) => f(...inputs.map((x) => at(x, ...index))));
