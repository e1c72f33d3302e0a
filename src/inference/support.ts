/** What the training table can tell of an answer, and what it cannot: pairs of attributes that nobody showed together. */
import { VhgmError } from "../base/errors.js";
import { mostTogether, peopleTogether, type Together } from "../data/together.js";
import type { PredictModel } from "../model/trained.js";

/** Pairs seen in fewer people than this count as not seen together. */
export const fewestPeople = 20;
/** Most names that an answer lists. */
const mostNames = 5;

/**
 * identified: the attribute was seen together with every given one; partly: with some of them; never seen together: with
 * none of them.
 */
export type SupportStatus = "identified" | "partly" | "never seen together";

export interface Support {
  readonly status: SupportStatus;
  /** Given attributes that it was not seen together with: those that move the answer most come first, at most five. */
  readonly neverWith: readonly string[];
  /** How many more there are. */
  readonly more: number;
  /** In how many people at most the answer's attribute and one of those were seen together: 0 for never. */
  readonly people: number;
}

/** Whether two columns were seen together in enough people for a model to learn how they go together. */
const seenTogether = (together: Together, i: number, j: number, fewest = fewestPeople): boolean =>
  peopleTogether(together, i, j) >= Math.min(fewest, mostTogether);

/**
 * What supports an answer for column j given visible columns.
 * @param influence how much a visible column moves the answer, on any scale; columns that move it equally stay in order
 */
export function supportOf(
  together: Together,
  j: number,
  visible: readonly number[],
  { nameOf, influence = () => 0, fewest = fewestPeople }: { readonly nameOf: (column: number) => string; readonly influence?: (column: number) => number; readonly fewest?: number },
): Support {
  const strangers = visible.filter((i) => !seenTogether(together, i, j, fewest));
  const ranked = strangers.map((i) => ({ i, size: influence(i) })).sort((a, b) => b.size - a.size).map(({ i }) => i);
  return {
    status: strangers.length === 0 ? "identified" : strangers.length < visible.length ? "partly" : "never seen together",
    neverWith: ranked.slice(0, mostNames).map(nameOf),
    more: Math.max(0, ranked.length - mostNames),
    people: Math.max(0, ...strangers.map((i) => peopleTogether(together, i, j))),
  };
}

/** The assumption behind an answer, as the end of a sentence; undefined where there is none to name. */
export function assumptionOf(name: string, { neverWith, more, people }: Support): string | undefined {
  if (neverWith.length === 0) return undefined;
  const others = `${neverWith.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const seen = people === 0 ? "never seen together" : `seen together in ${people === 1 ? "one person" : `${people} people`} at most`;
  return `assumes independence of ${name} and ${others} given the other attributes (${seen})`;
}

/** How many columns of each class a row shows. */
export function visibleClasses({ classOf, classes }: Together, observed: Uint8Array): Int32Array {
  const counts = new Int32Array(classes);
  observed.forEach((bit, j) => (counts[classOf[j]] += bit));
  return counts;
}

/** Share of a row's visible columns that were seen together with column j: 1 identified, 0 never seen together; 1 for none visible. */
export function shareSeen(together: Together, j: number, visible: Int32Array, fewest = fewestPeople): number {
  let all = 0;
  let seen = 0;
  const ofClass = firstOfClass(together);
  visible.forEach((count, c) => {
    all += count;
    if (count > 0 && seenTogether(together, ofClass[c], j, fewest)) seen += count;
  });
  return all === 0 ? 1 : seen / all;
}

const firsts = new WeakMap<Together, Int32Array>();
/** A column of each class. */
function firstOfClass(together: Together): Int32Array {
  let found = firsts.get(together);
  if (!found) {
    firsts.set(together, (found = new Int32Array(together.classes)));
    for (let j = together.classOf.length - 1; j >= 0; j--) found[together.classOf[j]] = j;
  }
  return found;
}

/** @throws VhgmError "usage" for a model of a program that did not count who was seen together */
export function requireCounts({ together }: PredictModel): void {
  if (!together) throw new VhgmError("usage", "The model was made by an older vhgm, which did not count which attributes were seen together, so --support and --strict cannot work; train it anew.");
}
