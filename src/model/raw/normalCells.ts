import { normalCdf, normalPdf } from "../../base/normal.js";
import { ops, type Tensor } from "../../engine/index.js";
import { cast, most, polynomial, unary, within } from "./tensors.js";

const limit = 8;
const perUnit = 32;
const knots = 2 * limit * perUnit;
const cdfAt = Array.from({ length: knots + 1 }, (_, i) => normalCdf(i / perUnit - limit));
const slopeAt = Array.from({ length: knots + 1 }, (_, i) => normalPdf(i / perUnit - limit) / perUnit);

/**
 * Mass of N(mean, sd) in the cells that end at the bounds: (1, N, S), (B, N, 1), (B or 1, N, 1) -> (B, N, S). Behind a
 * column's last cell bounds are infinite. The cdf is `normalCdfFast`, since runtimes have Erf in float32 only.
 */
export function cellMasses(bounds: Tensor, mean: Tensor, sd: Tensor): Tensor {
  const g = bounds.graph;
  const cdf = normalCdf64(ops.div(ops.sub(bounds, mean), sd));
  const cells = cdf.shape.at(-1) as number;
  const before = g.emit("Pad", [ops.slice(cdf, 0, cells - 1, 2), g.int64([0, 0, 1, 0, 0, 0])], cdf.shape, { mode: "constant" }, "float64");
  return most(ops.sub(cdf, before), g.double(0));
}

/** Cubic Hermite interpolation of a table with 32 knots per unit, to 1e-8. */
function normalCdf64(z: Tensor): Tensor {
  const g = z.graph;
  const position = ops.mul(ops.add(within(z, g.double(-limit), g.double(limit)), g.double(limit)), g.double(perUnit));
  const knot = within(unary("Floor", position), g.double(0), g.double(knots - 1));
  const at = cast(knot, "int64");
  const look = (table: readonly number[]): Tensor => ops.take(g.double(table, [table.length]), at, 0);
  const t = ops.sub(position, knot);
  const times = (x: Tensor, [a, b, c, d]: readonly number[]): Tensor => ops.mul(x, polynomial(t, [a, b, c, d]));
  const ends = ops.add(times(look(cdfAt.slice(0, -1)), [2, -3, 0, 1]), times(look(cdfAt.slice(1)), [-2, 3, 0, 0]));
  return ops.add(ends, ops.add(times(look(slopeAt.slice(0, -1)), [1, -2, 1, 0]), times(look(slopeAt.slice(1)), [1, -1, 0, 0])));
}
