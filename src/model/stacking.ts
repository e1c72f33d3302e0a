import type { Layout } from "../data/layout.js";
import { fewestCells, type HeldOutCell } from "./heldOutCells.js";
import type { PathWeights } from "./predictive.js";

/** Which paths may be used, and whether held-out cells decide their weights. */
export interface StackingChoice {
  readonly paths: readonly ("linear" | "memory" | "net")[];
  readonly stacking: "held-out" | "average";
}
export const defaultStacking: StackingChoice = { paths: ["linear", "memory", "net"], stacking: "held-out" };

/** How strongly path weights are drawn to the prior, in cells. */
const shrinkage = 10;
const gridSteps = 8;

const pathOrder = ["linear", "memory", "net"] as const;
const priors: PathWeights = [0.2, 0.3, 0.5];

/** Weights before any held-out cell was seen: 0.2 | 0.3 | 0.5 among the paths that there are, or equal ones. */
export function priorWeights(hasMemory: boolean, { paths, stacking }: StackingChoice = defaultStacking): PathWeights {
  const raw = pathOrder.map((name, k) => (!paths.includes(name) || (name === "memory" && !hasMemory) ? 0 : stacking === "average" ? 1 : priors[k]));
  const total = raw.reduce((a, b) => a + b, 0);
  return total > 0 ? [raw[0] / total, raw[1] / total, raw[2] / total] : [0, 0, 1];
}

/**
 * The weights of a column's paths: of least squared error, or log loss for classes, on held-out cells, drawn to the prior; the prior
 * itself where there are few cells, or where they are not to decide.
 */
export function pathWeights(layout: Layout, held: readonly HeldOutCell[], j: number, prior: PathWeights, { stacking }: StackingChoice): PathWeights {
  if (held.length < fewestCells || stacking === "average") return prior;
  return layout.columns[j].kind === "number" ? weightsForNumber(layout, held, j, prior) : weightsForClasses(layout, held, j, prior);
}

/** All weightings in steps of 1/8 of the paths that the prior knows. */
function weightings(prior: PathWeights): PathWeights[] {
  const out: PathWeights[] = [];
  for (let a = 0; a <= gridSteps; a++) {
    for (let b = 0; b <= gridSteps - a; b++) {
      const w: PathWeights = [a / gridSteps, b / gridSteps, (gridSteps - a - b) / gridSteps];
      if (w.every((x, k) => x === 0 || prior[k] > 0)) out.push(w);
    }
  }
  return out;
}

const distance = (a: PathWeights, b: PathWeights): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;

function bestWeights(prior: PathWeights, loss: (w: PathWeights) => number, unit: (least: number) => number): PathWeights {
  const options = weightings(prior).map((w) => ({ w, loss: loss(w) }));
  const penalty = shrinkage * unit(Math.min(...options.map((o) => o.loss)));
  let best = options[0];
  let least = Infinity;
  for (const option of options) {
    const total = option.loss + penalty * distance(option.w, prior);
    if (total < least) {
      least = total;
      best = option;
    }
  }
  return best.w;
}

function weightsForNumber(layout: Layout, held: readonly HeldOutCell[], j: number, prior: PathWeights): PathWeights {
  const { center, scale, first } = layout.columns[j];
  // Sums of products of the paths' errors: the squared error of any weighting is a quadratic form of them.
  const products = new Float64Array(9);
  for (const { paths: m, row, value } of held) {
    const target = (value - center) / scale;
    const at = row * layout.features + first;
    const errors = [m.linear[at] - target, (m.memory?.[at] ?? 0) - target, m.net[at] - target];
    for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) products[a * 3 + b] += errors[a] * errors[b];
  }
  const squared = (w: PathWeights): number => w.reduce((sum, wa, a) => sum + w.reduce((s, wb, b) => s + wa * wb * products[a * 3 + b], 0), 0);
  return bestWeights(prior, squared, (least) => (2 * least) / held.length);
}

function weightsForClasses(layout: Layout, held: readonly HeldOutCell[], j: number, prior: PathWeights): PathWeights {
  const { first } = layout.columns[j];
  const loss = (w: PathWeights): number => {
    let nll = 0;
    for (const { paths: m, row, value } of held) {
      const at = row * layout.features + first + value;
      nll -= Math.log(Math.max(1e-3, w[0] * m.linear[at] + w[1] * (m.memory?.[at] ?? 0) + w[2] * m.net[at]));
    }
    return nll;
  };
  return bestWeights(prior, loss, () => 1);
}
