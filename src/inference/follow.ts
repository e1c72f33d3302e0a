/** Numbers that follow from others (`equals`), in a row that was filled. */
import { valueWriter, type MatchedColumn } from "../data/cells.js";
import type { PredictModel } from "../model/trained.js";
import { compileDerived } from "../schema/derived.js";
import type { Rules } from "../schema/rules.js";
import type { Schema } from "../schema/schema.js";
import { recorded } from "./gates.js";
import type { Fate } from "./holes.js";
import type { Target } from "./targets.js";

export interface FollowInput {
  readonly model: PredictModel;
  readonly schema: Schema;
  readonly rules: Rules;
  readonly matched: readonly MatchedColumn[];
  readonly targets: readonly Target[];
}

export interface Follower {
  /** How the value of a place is written, where it follows from others: it may leave the attribute's range. */
  writerOf(place: number): ((value: number) => string) | undefined;
  /**
   * Makes the filled cells of a row agree with its observed ones, and its other cells with those.
   * @param out the row's cells, changed in place
   * @param known (places) what they hold, changed in place
   */
  follow(out: string[], known: Float64Array, fate: (place: number) => Fate): void;
}

export function createFollower({ model, schema, rules, matched, targets }: FollowInput): Follower {
  const targetOf = new Map(targets.map((target) => [target.column.source, target]));
  const follows = compileDerived(schema).flatMap((entry) => {
    const target = targetOf.get(entry.attribute);
    if (!target) return [];
    const { attribute, conversion } = matched[entry.attribute];
    return [{ ...entry, at: target.at, write: valueWriter({ ...attribute, min: undefined, max: undefined }, conversion) }];
  });
  const entryOf = new Map(follows.map((entry) => [entry.attribute, entry]));
  const reversed = [...follows].reverse();

  /** The values that a place was seen with, from the lowest to the highest. */
  const ends = (j: number): [number, number] => {
    const { lo, hi, size } = model.grids.grids[j];
    return [lo[0], hi[size - 1]];
  };

  /** The single hole among the parts of a known number gets the value that leads to it. @returns places that got one */
  function solveParts(out: string[], known: Float64Array, isHole: (place: number) => boolean): Set<number> {
    const solved = new Set<number>();
    const isOpen = (place: number): boolean => isHole(place) && !solved.has(place);
    for (const { attribute, parts, part: valueOf } of reversed) {
      const open = parts.filter(isOpen);
      const target = targetOf.get(open[0]);
      if (isOpen(attribute) || open.length !== 1 || !target) continue;
      const [part] = open;
      // What others hang on was decided before, and what follows from observed parts needs no other reason.
      if (rules.dependents[part].length > 0 || entryOf.get(part)?.parts.every((place) => !isOpen(place))) continue;
      const value = valueOf(part, known, ends(target.j));
      if (Number.isNaN(value)) continue;
      known[part] = recorded(value, matched[part].attribute);
      out[target.at] = target.write(value);
      solved.add(part);
    }
    return solved;
  }

  return {
    writerOf: (place) => entryOf.get(place)?.write,
    follow(out, known, fate) {
      const isHole = (place: number): boolean => fate(place) === "filled";
      const solved = solveParts(out, known, isHole);
      for (const { attribute, value, at, write } of follows) {
        const result = isHole(attribute) && !solved.has(attribute) ? value(known) : NaN;
        if (Number.isNaN(result)) continue;
        known[attribute] = result;
        out[at] = write(result);
      }
    },
  };
}
