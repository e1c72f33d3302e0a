/**
 * One dimension of a shape: a number, or a product of named symbols with an optional leading factor, in canonical
 * form ("B", "4*B", "B*M"). Symbols are bound by the shapes of the graph's inputs when the graph runs.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];

const symbolName = /^[A-Za-z_]\w*$/;

/** Splits a dimension into its numeric factor and its sorted symbols: "4*B*M" -> [4, ["B", "M"]]. */
export function dimParts(dim: Dim): [number, string[]] {
  if (typeof dim === "number") return [dim, []];
  const parts = dim.split("*");
  if (symbolName.test(parts[0])) return [1, parts];
  return [/^\d+$/.test(parts[0]) ? Number(parts[0]) : Number.NaN, parts.slice(1)];
}

/** Product of dimensions, in canonical form. */
export function dimProduct(dims: Shape): Dim {
  let factor = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    const [f, s] = dimParts(dim);
    factor *= f;
    symbols.push(...s);
  }
  if (symbols.length === 0 || factor === 0) return factor;
  const name = symbols.sort().join("*");
  return factor === 1 ? name : `${factor}*${name}`;
}

/**
 * The shape with every dimension in canonical form.
 * @throws Error when a dimension is no whole number and no product of names
 */
export function canonicalShape(shape: Shape): Dim[] {
  return shape.map((dim) => {
    const [factor, symbols] = dimParts(dim);
    if (!Number.isSafeInteger(factor) || factor < 0 || !symbols.every((s) => symbolName.test(s))) {
      throw new Error(`[${shape}] is no shape: '${dim}' is neither a whole number nor a product of names such as 4*B`);
    }
    return dimProduct([dim]);
  });
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** NumPy's broadcasting rule. @throws Error when two dimensions differ and neither is 1 */
export function broadcastShapes(a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast: ${x} against ${y}`);
    return x === 1 ? y : x;
  });
}

/** Axes counted from the front, each at most once: -1 is the last. @throws Error when one is out of range or repeated */
export function positiveAxes(axes: readonly number[], rank: number): number[] {
  const out = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  if (out.some((axis) => !(axis >= 0 && axis < rank)) || new Set(out).size < out.length) {
    throw new Error(`the axes [${axes}] do not fit a tensor of rank ${rank}`);
  }
  return out;
}
