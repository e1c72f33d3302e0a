/** In which order attributes are drawn, and which are drawn together: each independently given all that was drawn before. */

/** Rounds unless asked otherwise, or one per attribute where there are fewer; see docs/decisions.md. */
export const defaultRounds = 32;

export interface RoundsInput {
  /** Columns to draw. */
  readonly columns: readonly number[];
  /** Columns that are known already. */
  readonly given: readonly number[];
  /** Most rounds; there are more only where gates stand above each other deeper than that. */
  readonly rounds: number;
  /** (columns, columns) how strongly two columns hang on each other. */
  readonly coupling: readonly Float64Array[];
  /** Columns that must be drawn before this one. */
  before(column: number): readonly number[];
}

/**
 * Deals columns to rounds. With as many rounds as columns each has its own, in the order of `drawOrder`. With fewer, columns
 * that hang strongly on each other fall into different rounds: in that same order each goes to the round where its squared
 * couplings sum to the least. Rounds grow from small to large, because what is drawn early is drawn knowing little.
 */
export function dealRounds(input: RoundsInput): number[][] {
  const { columns, rounds, coupling, before } = input;
  const order = drawOrder(input);
  if (rounds >= columns.length) return order.map((column) => [column]);
  const behind = waitingBehind(order, before);
  const deepest = Math.max(0, ...behind.values());
  const count = Math.max(1, rounds, deepest + 1);
  const capacity = capacities(columns.length, count).map((size, k) => Math.ceil(size * (1 + (slack * k) / Math.max(1, count - 1))));
  const dealt: number[][] = Array.from({ length: count }, () => []);
  const roundOf = new Map<number, number>();
  for (const column of order) {
    const earliest = before(column).reduce((first, gate) => Math.max(first, (roundOf.get(gate) ?? -1) + 1), 0);
    // A gate leaves rounds for all that waits behind it.
    const latest = count - 1 - behind.get(column)!;
    let best = earliest;
    let least = Infinity;
    for (let round = earliest; round <= latest; round++) {
      const over = Math.max(0, dealt[round].length + 1 - capacity[round]);
      const cost = over * overfull + dealt[round].reduce((sum, other) => sum + coupling[column][other] ** 2, 0);
      if (cost < least) [best, least] = [round, cost];
    }
    dealt[best].push(column);
    roundOf.set(column, best);
  }
  return dealt.filter((round) => round.length > 0);
}

/** How much larger than planned the last round may be, so that the last columns still have a choice; the first may not. */
const slack = 0.5;
/** Cost of a column above a round's size, beside couplings of at most about 1 each. */
const overfull = 1e6;

/**
 * Columns in the order in which they are best drawn one by one: first the one that the others hang on most, then always the
 * one that hangs most on those drawn before, by the sum of its squared couplings. Gates come before what waits for them.
 */
export function drawOrder({ columns, given, coupling, before }: Omit<RoundsInput, "rounds">): number[] {
  const total = (column: number, others: readonly number[]): number => others.reduce((sum, other) => sum + (other === column ? 0 : coupling[column][other] ** 2), 0);
  const left = new Set(columns);
  const known = new Map(columns.map((column) => [column, total(column, given)]));
  const all = new Map(columns.map((column) => [column, total(column, columns)]));
  const order: number[] = [];
  while (left.size > 0) {
    const score = order.length + given.length > 0 ? known : all;
    let best = -1;
    for (const column of left) {
      if (before(column).some((gate) => left.has(gate))) continue;
      if (best < 0 || score.get(column)! > score.get(best)!) best = column;
    }
    order.push(best);
    left.delete(best);
    for (const column of left) known.set(column, known.get(column)! + coupling[column][best] ** 2);
  }
  return order;
}

/** How many columns stand one behind the other after each: 0 for one that nothing waits for. */
function waitingBehind(order: readonly number[], before: (column: number) => readonly number[]): Map<number, number> {
  const behind = new Map(order.map((column) => [column, 0]));
  for (const column of [...order].reverse()) {
    for (const gate of before(column)) if (behind.has(gate)) behind.set(gate, Math.max(behind.get(gate)!, behind.get(column)! + 1));
  }
  return behind;
}

/** Sizes of the rounds: growing evenly from one column to about twice the mean. */
export function capacities(columns: number, rounds: number): number[] {
  const mean = columns / rounds;
  const sizes = Array.from({ length: rounds }, (_, k) => (rounds === 1 ? columns : Math.max(1, Math.round(1 + (2 * (mean - 1) * k) / (rounds - 1)))));
  for (let missing = columns - sizes.reduce((a, b) => a + b, 0), k = rounds - 1; missing > 0; missing--, k = k > 0 ? k - 1 : rounds - 1) sizes[k]++;
  return sizes;
}
