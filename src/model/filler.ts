import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { float32, Graph, ops, toOnnx, type Session, type SessionFactory, type TensorData } from "../engine/index.js";
import { toFeatures } from "./blocks.js";
import { addTo, blocksOf, blockWeights, largestBlock, type People } from "./moments.js";

/** x W + offset, and what is added for each source. */
export interface Affine {
  /** (features, features) */
  readonly weights: Float32Array;
  /** (features) */
  readonly offset: Float32Array;
  /** (sources, features); absent where all people are alike. */
  readonly shifts?: Float32Array;
}

/** Sources count as if they had so many more people who are as all people are. */
const priorPeople = 20;

/** Fills the holes of tables by maps, block by block of their rows. */
export async function openFiller(layout: Layout, open: SessionFactory) {
  const d = layout.features;
  const p = layout.columns.length;
  const filling = await open(toOnnx(fillingGraph(layout, false)));
  const fillingApart = await open(toOnnx(fillingGraph(layout, true)));

  async function runBlocks(session: Session, { table, people, into }: Filling, { weights, offset }: Affine, relaxation: number, onBlock?: (out: Readonly<Record<string, TensorData>>) => void): Promise<void> {
    const { rows, observed, features } = table;
    const map = { weights: float32(weights, d, d), offset: float32(offset, d), relaxation: float32(Float32Array.of(relaxation)) };
    const scratch = new Float32Array(largestBlock(rows) * d);
    for (const [first, last] of blocksOf(rows)) {
      const n = last - first;
      const filled = scratch.subarray(0, n * d);
      const visible = Float32Array.from(observed.subarray(first * p, last * p));
      const feeds = { ...map, current: float32(features.subarray(first * d, last * d), n, d), visible: float32(visible, n, p), ...(onBlock ? blockWeights(people, first, last) : {}) };
      const out = await session.run(feeds, { filled: float32(filled, n, d) });
      into?.set(filled, first * d);
      onBlock?.(out);
    }
  }

  return {
    /** Puts x W + offset into the holes of `into`. */
    fill: (to: Filling, map: Affine, relaxation: number): Promise<void> => runBlocks(filling, to, map, relaxation),
    /**
     * The same by the map with what it leaves of the sources' visible cells: of all of them added to `offset`, beyond that of each
     * in `shifts`.
     * @returns that map
     */
    async fillApart(to: Filling, map: Affine, relaxation: number): Promise<Affine> {
      const { rows } = to.table;
      const count = to.people.from.length / rows;
      const left = new Float64Array(count * d);
      const seen = new Float64Array(count * d);
      await runBlocks(fillingApart, to, map, relaxation, (out) => {
        addTo(left, out.left.data as Float32Array);
        addTo(seen, out.seen.data as Float32Array);
      });
      const common = new Float32Array(d);
      const shifts = new Float32Array(count * d);
      for (let k = 0; k < d; k++) {
        let [sum, n] = [0, 0];
        for (let s = 0; s < count; s++) {
          sum += left[s * d + k];
          n += seen[s * d + k];
        }
        if (!(n > 0)) continue;
        common[k] = sum / n;
        for (let s = 0; s < count; s++) shifts[s * d + k] = (left[s * d + k] - (sum / n) * seen[s * d + k]) / (seen[s * d + k] + priorPeople / rows);
      }
      addToHoles(to, common, shifts, relaxation, layout);
      return { weights: map.weights, offset: map.offset.map((o, k) => o + common[k]), shifts };
    },
    async close() {
      await filling.close();
      await fillingApart.close();
    },
  };
}

/** A table, filled but for what is to be found anew, and where that goes: the same table, another, or nowhere. */
export interface Filling {
  /** Its visible cells stay as they are. */
  readonly table: Encoded;
  readonly people: People;
  readonly into: Float32Array | null;
}

/** What sources are shifted by, for the cells that were filled without it. */
function addToHoles({ table: { rows, observed }, people: { from }, into }: Filling, common: Float32Array, shifts: Float32Array, relaxation: number, { columns, features: d }: Layout): void {
  if (!into) return;
  const p = columns.length;
  const count = shifts.length / d;
  for (let i = 0; i < rows; i++) {
    columns.forEach(({ first, width }, j) => {
      if (observed[i * p + j]) return;
      for (let k = first; k < first + width; k++) {
        let more = common[k];
        for (let s = 0; s < count; s++) more += from[i * count + s] * shifts[s * d + k];
        into[i * d + k] += relaxation * more;
      }
    });
  }
}

/**
 * Holes of `current` (n, d) a step nearer to the map's word; if `apart`, also what the map leaves of the visible cells,
 * summed over each source's people -> (s, d), and the share of people who have them.
 */
function fillingGraph(layout: Layout, apart: boolean): Graph {
  const d = layout.features;
  const g = new Graph();
  const current = g.input("current", ["n", d]);
  const visible = toFeatures(g.input("visible", ["n", layout.columns.length]), layout);
  const said = ops.add(ops.matmul(current, g.input("weights", [d, d])), g.input("offset", [d]));
  const left = ops.sub(said, current);
  const step = ops.mul(ops.sub(g.constant(1), visible), g.input("relaxation", []));
  g.output("filled", ops.add(current, ops.mul(step, left)));
  if (!apart) return g;
  const from = ops.transpose(ops.mul(g.input("from", ["n", "s"]), g.input("weight", ["n", 1])), [1, 0]);
  g.output("left", ops.neg(ops.matmul(from, ops.mul(visible, left))));
  g.output("seen", ops.matmul(from, visible));
  return g;
}
