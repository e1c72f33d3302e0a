/** Columns of digits that are codes: postal codes, ICD codes, "007". Read as numbers they would lose their zeros. */
import { scaleType, suggestMissing } from "./guessNumbers.js";
import { isolatedCodes } from "./hints.js";
import { countDistinct, maxNumberLevels, type Guess, type JudgedColumn } from "./judged.js";
import { quote, suggest } from "./suggest.js";
import { hasLeadingZero } from "./values.js";

/** Share of the numbers that begin with a needless zero from which these are no slips. */
const minPaddedShare = 0.05;

/** Whether numbers (each with its count of cells) are codes: several begin with a needless zero, or one does and all are of the same length. */
export function spellCodes(texts: readonly string[], counts?: readonly number[]): boolean {
  let all = 0;
  let padded = 0;
  texts.forEach((text, i) => {
    const cells = counts?.[i] ?? 1;
    all += cells;
    if (hasLeadingZero(text)) padded += cells;
  });
  return padded > 0 && (padded >= minPaddedShare * all || texts.every((text) => text.length === texts[0].length));
}

/** `spellCodes` of a column's numbers. */
export function areCodes({ values }: JudgedColumn): boolean {
  const numbers = values.filter(({ kind }) => kind === "number");
  return spellCodes(numbers.map(({ text }) => text), numbers.map(({ count }) => count));
}

/** The guess for texts, with the reason why they are no numbers and the lines for those who know that they are. */
export function asCodes({ attribute, reason, suggestions = [] }: Guess, column: JudgedColumn): Guess {
  const { numbers } = column.profile;
  const distinct = countDistinct(column, "number");
  const example = column.values.find(({ text }) => hasLeadingZero(text))!.text;
  const isLevels = attribute.role === "attribute";
  const codes = isolatedCodes(column.profile, distinct);
  const lines = [
    ...(attribute.role === "text" ? [suggest("role", "attribute", "if these are numbers, with the type below")] : []),
    ...(attribute.role === "id" || attribute.type === "binary"
      ? []
      : isLevels && distinct <= maxNumberLevels
        ? [suggest("type", "ordinal", "if these codes have an order")]
        : [suggest("type", scaleType(numbers.decimals, numbers.min), `${isLevels ? "in place of the levels, " : ""}if these are numbers; filled cells have no leading zeros then`)]),
    ...(isLevels && codes.texts.length > 0 && distinct <= maxNumberLevels ? [suggestMissing(codes.texts, codes)] : []),
  ];
  return { attribute, reason: `${reason} Texts such as ${quote(example)} are codes: as numbers they would lose their zeros.`, suggestions: [...suggestions, ...lines] };
}
