/** Columns of one or two different values. */
import type { Guess, JudgedColumn } from "./judged.js";
import { saysAbsence, sortBinary } from "./levels.js";
import { quote } from "./suggest.js";

export const withSuggestions = (guess: Guess, more: readonly string[]): Guess => ({ ...guess, suggestions: [...(guess.suggestions ?? []), ...more] });

/** A constant of few is set aside: it would be filled in for everybody. */
export function setConstantAside(level: string): Required<Guess> {
  const only = quote(level);
  return {
    attribute: { role: "ignore", type: "categorical", levels: [level] },
    reason: `Every cell with a value holds ${only}, so nothing tells what the empty cells would hold. It is copied through.`,
    suggestions: [`every filled cell holds ${only}; blank may mean "no": if so, write "no" into the blank cells of the table, and the column is learned`],
  };
}

/** Two levels: binary. One: a constant; set aside where most cells are empty, as in boxes that are ticked or not, unless it says itself that something is absent. */
export function guessFewLevels(levels: string[], { missing, observed }: JudgedColumn): Guess {
  if (levels.length > 1) {
    const sorted = sortBinary(levels);
    return {
      attribute: { role: "attribute", type: "binary", levels: sorted },
      reason: `Two different values, ${sorted.map(quote).join(" and ")}.`,
    };
  }
  if (missing > observed && !saysAbsence(levels[0])) return setConstantAside(levels[0]);
  return {
    attribute: { role: "attribute", type: "categorical", levels },
    reason: `Every cell with a value holds ${quote(levels[0])}.`,
  };
}
