import fc from "fast-check";
import { expect, test } from "vitest";
import { broadcastShapes, canonicalShape, dimParts, dimProduct, positiveAxes, type Dim } from "./dim.js";

const sizes: Record<string, number> = { B: 2, M: 3, Q: 5 };
const dim = fc.oneof(
  fc.integer({ min: 0, max: 6 }),
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.array(fc.constantFrom("B", "M", "Q"), { minLength: 1, maxLength: 3 }))
    .map(([n, symbols]) => dimProduct([n, ...symbols])),
);
const value = (d: Dim): number => {
  const [factor, symbols] = dimParts(d);
  return symbols.reduce((n, s) => n * sizes[s], factor);
};

test("a product of dimensions has the product of their sizes, in any order and grouping", () => {
  fc.assert(
    fc.property(fc.array(dim, { maxLength: 5 }), fc.nat(5), (dims, cut) => {
      const product = dimProduct(dims);
      expect(value(product)).toBe(dims.reduce((n: number, d) => n * value(d), 1));
      expect(dimProduct(dims.toReversed())).toBe(product);
      expect(dimProduct([dimProduct(dims.slice(0, cut)), dimProduct(dims.slice(cut))])).toBe(product);
      expect(canonicalShape([product])).toEqual([product]);
    }),
  );
});

test("products are written with the number first and the symbols in order", () => {
  expect(dimProduct([])).toBe(1);
  expect(dimProduct(["M", 2, "B", 3])).toBe("6*B*M");
  expect(dimProduct(["B", "B"])).toBe("B*B");
  expect(dimProduct(["B", 0])).toBe(0);
  expect(canonicalShape(["M*B", "1*B", 3])).toEqual(["B*M", "B", 3]);
});

test.each([[-1], [1.5], [Number.NaN], [""], ["2B"], ["B+1"], ["B*"], ["-2*B"]])("'%s' is no dimension", (bad) => {
  expect(() => canonicalShape([2, bad])).toThrow("is no shape");
});

test("broadcasting follows NumPy: equal sizes, or 1, or absent", () => {
  const shape = fc.array(fc.constantFrom<Dim>(1, 2, 3, "B"), { maxLength: 4 });
  fc.assert(
    fc.property(shape, shape, (a, b) => {
      const rank = Math.max(a.length, b.length);
      const padded = [a, b].map((s) => [...Array<Dim>(rank - s.length).fill(1), ...s]);
      const fits = padded[0].every((d, i) => d === padded[1][i] || d === 1 || padded[1][i] === 1);
      if (!fits) {
        expect(() => broadcastShapes(a, b)).toThrow("do not broadcast");
        return;
      }
      const out = broadcastShapes(a, b);
      expect(out).toEqual(padded[0].map((d, i) => (d === 1 ? padded[1][i] : d)));
      expect(broadcastShapes(b, a)).toEqual(out);
      expect(broadcastShapes(out, a)).toEqual(out);
    }),
  );
});

test("axes are counted from either end", () => {
  expect(positiveAxes([-1, 0], 3)).toEqual([2, 0]);
  expect(() => positiveAxes([3], 3)).toThrow("the axes [3] do not fit a tensor of rank 3");
  expect(() => positiveAxes([0, -3], 3)).toThrow("do not fit");
});
