/** Columns that would be numbers but for a few texts. */
import { scaleType } from "./guessNumbers.js";
import { saysNothing } from "./hints.js";
import { countDistinct, maxNumberLevels, minNumberShare, type Guess, type JudgedColumn } from "./judged.js";
import { resolutionOf } from "./resolution.js";
import { percent, quote, suggest } from "./suggest.js";

/** Different texts that may stand for "no value" although they are not known to. */
const maxTexts = 3;

/**
 * The dictionary lines that make a column numbers, where nearly all of its cells are numbers and the others hold a few texts
 * without digits that recur: "pending" among doses. Empty for other columns.
 */
export function suggestNumbers(column: JudgedColumn, { role }: Guess["attribute"]): string[] {
  const { numbers, commas, oddTexts, observed, values } = column.profile;
  const share = numbers.cells / observed;
  const recurs = values.every(({ text, kind, count }) => kind === "number" || count > 1 || saysNothing(text));
  const isFew = commas.cells === 0 && oddTexts.length > 0 && oddTexts.length <= maxTexts && oddTexts.every((text) => !/\d/.test(text));
  if (share < minNumberShare || countDistinct(column, "number") <= maxNumberLevels || !isFew || !recurs) return [];
  const stand = `${oddTexts.map(quote).join(", ")} ${oddTexts.length > 1 ? "stand" : "stands"} for "no value"`;
  return [
    ...(role === "attribute" ? [] : [suggest("role", "attribute", `if ${stand}`)]),
    suggest("type", scaleType(numbers.decimals, numbers.min), `${role === "attribute" ? "in place of the levels, " : ""}if ${stand}`),
    suggest("resolution", resolutionOf(numbers), "the step of the numbers"),
    suggest("missing", oddTexts, `${percent(share)} of the values are numbers`),
  ];
}
