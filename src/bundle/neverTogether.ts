/** Which attributes of a model nobody showed together, so that no answer across them is more than an assumption. */
import { peopleTogether } from "../data/together.js";
import type { PredictModel } from "../model/trained.js";

/** Every attribute of the one list was seen with none of the other. */
export interface NeverBlock {
  readonly a: readonly string[];
  readonly b: readonly string[];
  /** Pairs that no larger block holds. */
  readonly pairs: number;
}

export interface NeverTogether {
  /** Pairs of different attributes, and those of them that fewer people than `fewest` showed together. */
  readonly allPairs: number;
  readonly pairs: number;
  readonly fewest: number;
  /** The pairs in blocks, the largest first. */
  readonly blocks: readonly NeverBlock[];
  /** People who showed both, at most 100; 0 for names that the model does not know. */
  people(a: string, b: string): number;
}

/**
 * The pairs of attributes that fewer people than `fewest` showed together: by default those that nobody did. Null for a model
 * of an older program, which did not count.
 */
export function neverTogether({ model: { layout, together } }: { readonly model: PredictModel }, fewest = 1): NeverTogether | null {
  if (!together) return null;
  const names = layout.columns.map(({ attribute }) => attribute.name);
  const place = new Map(names.map((name, j) => [name, j]));
  const groups = groupColumns(names.length, (i, j) => peopleTogether(together, i, j) < fewest);
  const apart = groups.map(({ members: [i] }) => groups.map(({ members: [j] }) => i !== j && peopleTogether(together, i, j) < fewest));
  const blocks: NeverBlock[] = [];
  const left = apart.map((row) => [...row]);
  const size = (g: number): number => groups[g].members.length;
  const pairsOf = (g: number): number => left[g].reduce((sum, open, h) => sum + (open ? size(g) * size(h) : 0), 0);
  let pairs = 0;
  for (;;) {
    const best = groups.reduce((top, _, g) => (pairsOf(g) > pairsOf(top) ? g : top), 0);
    if (groups.length === 0 || pairsOf(best) === 0) break;
    const others = groups.map((_, h) => h).filter((h) => left[best][h]);
    // Whoever was seen with none of the others either, and is in no other block with them yet, belongs to the same side.
    const side = groups.map((_, g) => g).filter((g) => others.every((h) => apart[g][h]) && others.some((h) => left[g][h]));
    let found = 0;
    for (const g of side) {
      for (const h of others) {
        if (left[g][h]) found += size(g) * size(h);
        left[g][h] = left[h][g] = false;
      }
    }
    pairs += found;
    const list = (of: readonly number[]): string[] => of.flatMap((g) => groups[g].members).sort((x, y) => layout.columns[x].source - layout.columns[y].source).map((j) => names[j]);
    blocks.push({ a: list(side), b: list(others), pairs: found });
  }
  blocks.sort((x, y) => y.pairs - x.pairs);
  const people = (a: string, b: string): number => {
    const [i, j] = [place.get(a), place.get(b)];
    return i === undefined || j === undefined ? 0 : peopleTogether(together, i, j);
  };
  return { allPairs: (names.length * (names.length - 1)) / 2, pairs, fewest, blocks, people };
}

/** Columns that are apart from the same others. */
function groupColumns(columns: number, isApart: (i: number, j: number) => boolean): { members: number[] }[] {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < columns; i++) {
    let key = "";
    let word = 0;
    for (let j = 0; j < columns; j++) {
      word = (word << 1) | (i !== j && isApart(i, j) ? 1 : 0);
      if (j % 15 === 14 || j === columns - 1) {
        key += String.fromCharCode(word);
        word = 0;
      }
    }
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return [...groups.values()].map((members) => ({ members }));
}
