import { pickRows, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { float32, Graph, ops, toOnnx, type SessionFactory } from "../engine/index.js";
import { toFeatures } from "./blocks.js";

/** x W + offset, and what is added for each source. */
export interface Affine {
  /** (features, features) */
  readonly weights: Float32Array;
  /** (features) */
  readonly offset: Float32Array;
  /** (sources, features); absent where all people are alike. */
  readonly shifts?: Float32Array;
}

/** Mean and Gram matrix, per row, of a filled table. */
export interface Moments {
  readonly center: Float32Array;
  /** (sources, features) */
  readonly centers: Float32Array;
  readonly gram: Float32Array;
}

/** What rows count for, 1 in all, and of which sources each is: (rows, 1) ones where all are alike. */
export interface People {
  readonly rows: number;
  readonly weight: Float32Array;
  readonly from: Float32Array;
}

export const peopleOf = (rows: number, weight: Float64Array | null, from: Float32Array | null): People => ({
  rows,
  weight: shareOut(weight ?? new Float64Array(rows).fill(1)),
  from: from ?? new Float32Array(rows).fill(1),
});

export const pickPeople = ({ rows: all, weight, from }: People, rows: Int32Array): People => ({ rows: rows.length, weight: shareOut(Float64Array.from(rows, (i) => weight[i])), from: pickRows(from, from.length / all, rows) });

/** Weights that sum to 1; where nobody counts, all count alike. */
function shareOut(weight: Float64Array): Float32Array {
  const total = weight.reduce((a, b) => a + b, 0);
  return Float32Array.from(weight, (w) => (total > 0 ? w / total : 1 / weight.length));
}

/** Sources count as if they had so many more people who are as all people are. */
const priorPeople = 20;

/** Products of tall matrices: filling a table's holes by a map, and the moments of a filled table. */
export async function openFiller(layout: Layout, open: SessionFactory) {
  const d = layout.features;
  const p = layout.columns.length;
  const filling = await open(toOnnx(fillingGraph(layout)));
  const leaving = await open(toOnnx(leavingGraph(layout)));
  const summing = await open(toOnnx(momentsGraph(d)));
  const peopleFeeds = ({ rows, weight, from }: People) => ({ weight: float32(weight, rows, 1), from: float32(from, rows, from.length / rows) });

  return {
    begin({ rows, features, observed }: Encoded, people: People) {
      const fixed = { truth: float32(features, rows, d), visible: float32(Float32Array.from(observed), rows, p) };
      const { weight, from } = peopleFeeds(people);
      const count = people.from.length / rows;
      const none = new Float32Array(count * d);
      return {
        async fill(filled: Float32Array, { weights, offset, shifts = none }: Affine, relaxation: number): Promise<Float32Array> {
          const out = await filling.run({
            ...fixed,
            from,
            current: float32(filled, rows, d),
            offset: float32(offset, d),
            weights: float32(weights, d, d),
            shifts: float32(shifts, count, d),
            relaxation: float32(Float32Array.of(relaxation)),
          });
          return out.filled.data as Float32Array;
        },
        /** The map with what the sources' observed cells leave: of all of them in `offset`, beyond that of each in `shifts`. */
        async shift(filled: Float32Array, { weights, offset }: Affine): Promise<Affine> {
          const out = await leaving.run({ ...fixed, weight, from, current: float32(filled, rows, d), offset: float32(offset, d), weights: float32(weights, d, d) });
          const left = out.left.data as Float32Array;
          const seen = out.seen.data as Float32Array;
          const shifts = new Float32Array(count * d);
          const moved = offset.slice();
          for (let k = 0; k < d; k++) {
            let [sum, n] = [0, 0];
            for (let s = 0; s < count; s++) {
              sum += left[s * d + k];
              n += seen[s * d + k];
            }
            if (!(n > 0)) continue;
            moved[k] += sum / n;
            for (let s = 0; s < count; s++) shifts[s * d + k] = (left[s * d + k] - (sum / n) * seen[s * d + k]) / (seen[s * d + k] + priorPeople / rows);
          }
          return { weights, offset: moved, shifts };
        },
      };
    },
    async moments(filled: Float32Array, people: People): Promise<Moments> {
      const out = await summing.run({ filled: float32(filled, people.rows, d), ...peopleFeeds(people) });
      return { center: out.mean.data as Float32Array, centers: out.means.data as Float32Array, gram: out.gram.data as Float32Array };
    },
    async close() {
      await filling.close();
      await leaving.close();
      await summing.close();
    },
  };
}

/** The holes of `truth` (n, d) filled by the map's word on `current`. */
function fillingGraph(layout: Layout): Graph {
  const d = layout.features;
  const g = new Graph();
  const current = g.input("current", ["n", d]);
  const relaxation = g.input("relaxation", []);
  const shift = ops.matmul(g.input("from", ["n", "s"]), g.input("shifts", ["s", d]));
  const full = ops.add(ops.add(ops.matmul(current, g.input("weights", [d, d])), g.input("offset", [d])), shift);
  const predicted = ops.add(ops.mul(full, relaxation), ops.mul(current, ops.sub(g.constant(1), relaxation)));
  const bits = toFeatures(g.input("visible", ["n", layout.columns.length]), layout);
  const known = ops.mul(bits, g.input("truth", ["n", d]));
  g.output("filled", ops.add(known, ops.mul(ops.sub(g.constant(1), bits), predicted)));
  return g;
}

/** What a map leaves of the observed cells, summed over each source's people -> (s, d), and the share of people who have them. */
function leavingGraph(layout: Layout): Graph {
  const d = layout.features;
  const g = new Graph();
  const bits = toFeatures(g.input("visible", ["n", layout.columns.length]), layout);
  const said = ops.add(ops.matmul(g.input("current", ["n", d]), g.input("weights", [d, d])), g.input("offset", [d]));
  const from = ops.transpose(ops.mul(g.input("from", ["n", "s"]), g.input("weight", ["n", 1])), [1, 0]);
  g.output("left", ops.matmul(from, ops.mul(bits, ops.sub(g.input("truth", ["n", d]), said))));
  g.output("seen", ops.matmul(from, bits));
  return g;
}

/** Mean of a filled table (n, d), means of the sources, and its Gram matrix about these. */
function momentsGraph(d: number): Graph {
  const g = new Graph();
  const table = g.input("filled", ["n", d]);
  const weight = g.input("weight", ["n", 1]);
  const from = g.input("from", ["n", "s"]);
  const weighed = ops.transpose(ops.mul(from, weight), [1, 0]); // (s, n)
  const people = ops.addScalar(ops.sum(weighed, [1], true), 1e-12);
  const means = ops.div(ops.matmul(weighed, table), people); // (s, d)
  g.output("means", means);
  const centred = ops.sub(table, ops.matmul(from, means));
  g.output("mean", ops.reshape(ops.matmul(ops.transpose(weight, [1, 0]), table), [d]));
  g.output("gram", ops.matmul(ops.transpose(ops.mul(centred, weight), [1, 0]), centred));
  return g;
}
