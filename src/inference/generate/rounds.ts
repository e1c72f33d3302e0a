/** Which attributes are drawn together, each independently given all that was drawn before. */

/** Up to this many attributes each is drawn by itself. */
export const sequentialUpTo = 100;
/** Rounds for tables with more attributes; see docs/decisions.md. */
export const wideRounds = 48;

export const defaultRoundsFor = (attributes: number): number => (attributes <= sequentialUpTo ? Math.max(1, attributes) : wideRounds);

export interface RoundsInput {
  /** Columns to draw. */
  readonly columns: readonly number[];
  /** Most rounds; there are more only where gates stand above each other deeper than that. */
  readonly rounds: number;
  /** (columns, columns) how strongly two columns hang on each other. */
  readonly coupling: readonly Float64Array[];
  /** Columns that must come in an earlier round than this one. */
  before(column: number): readonly number[];
}

/**
 * Deals columns to rounds so that strongly coupled ones fall into different rounds. Columns that many others hang on are
 * dealt first, each to the round where its squared couplings sum to the least; rounds grow from small to large, because what
 * is drawn early is drawn knowing little.
 */
export function dealRounds({ columns, rounds, coupling, before }: RoundsInput): number[][] {
  const chosen = new Set(columns);
  const level = new Map<number, number>();
  const levelOf = (column: number): number => {
    const known = level.get(column);
    if (known !== undefined) return known;
    const gates = before(column).filter((gate) => chosen.has(gate));
    const own = gates.length === 0 ? 0 : 1 + Math.max(...gates.map(levelOf));
    level.set(column, own);
    return own;
  };
  const deepest = columns.reduce((most, column) => Math.max(most, levelOf(column)), 0);
  const count = Math.max(1, deepest + 1, Math.min(rounds, columns.length));
  const capacity = capacities(columns.length, count);
  const dealt: number[][] = Array.from({ length: count }, () => []);
  const roundOf = new Map<number, number>();
  const strength = new Map(columns.map((i) => [i, columns.reduce((sum, j) => sum + coupling[i][j] ** 2, 0)]));
  const order = [...columns].sort((a, b) => levelOf(a) - levelOf(b) || strength.get(b)! - strength.get(a)! || a - b);
  for (const column of order) {
    const earliest = before(column).reduce((first, gate) => Math.max(first, (roundOf.get(gate) ?? -1) + 1), 0);
    // What hangs on a gate needs a later round, so gates of gates must not take the last ones.
    const latest = count - 1 - behind(column, columns, before);
    let best = -1;
    let least = Infinity;
    for (let round = Math.min(earliest, latest); round <= latest; round++) {
      const full = dealt[round].length >= capacity[round] ? 1e6 * (1 + dealt[round].length - capacity[round]) : 0;
      const cost = full + dealt[round].reduce((sum, other) => sum + coupling[column][other] ** 2, 0);
      if (cost < least) [best, least] = [round, cost];
    }
    dealt[best].push(column);
    roundOf.set(column, best);
  }
  return dealt.filter((round) => round.length > 0);
}

/** How deep the columns that wait for this one stand behind it. */
function behind(column: number, columns: readonly number[], before: (column: number) => readonly number[]): number {
  const waiting = columns.filter((other) => before(other).includes(column));
  return waiting.length === 0 ? 0 : 1 + Math.max(...waiting.map((other) => behind(other, columns, before)));
}

/** Sizes of the rounds: growing evenly from one column to about twice the mean. */
function capacities(columns: number, rounds: number): number[] {
  const mean = columns / rounds;
  const sizes = Array.from({ length: rounds }, (_, k) => (rounds === 1 ? columns : Math.max(1, Math.round(1 + (2 * (mean - 1) * k) / (rounds - 1)))));
  for (let missing = columns - sizes.reduce((a, b) => a + b, 0), k = rounds - 1; missing > 0; missing--, k = k > 0 ? k - 1 : rounds - 1) sizes[k]++;
  return sizes;
}
