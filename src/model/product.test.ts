import { expect, test } from "vitest";
import { openSession } from "../engine/node/session.js";
import { openProduct } from "./product.js";

// [[1, 2, 3], [4, 5, 6]] x [[1, 0], [0, 1], [2, -1]]
const right = [1, 0, 0, 1, 2, -1];
const wanted = [7, -1, 16, -1];

test.each([
  { transposed: false, left: [1, 2, 3, 4, 5, 6] },
  { transposed: true, left: [1, 4, 2, 5, 3, 6] },
])("a product in both precisions, its left side transposed: $transposed", async ({ transposed, left }) => {
  const single = await openProduct(openSession, "float32", { transposed });
  const double = await openProduct(openSession, "float64", { transposed });
  expect(await single.of(Float32Array.from(left), Float32Array.from(right), 3)).toEqual(Float32Array.from(wanted));
  expect(await double.of(Float64Array.from(left), Float64Array.from(right), 3)).toEqual(Float64Array.from(wanted));
  await single.close();
  await double.close();
});
