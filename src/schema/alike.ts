/** Levels in several spellings: "Male", "male" and " male". */
import { withSuggestions } from "./fewLevels.js";
import { foldSpelling } from "./levels.js";
import type { Guess, JudgedColumn } from "./judged.js";
import type { ValueCount } from "./profile.js";
import { quote, suggest } from "./suggest.js";

/** Levels that a sentence names, and spellings of each. */
const maxNamed = 3;

/**
 * The guess with the dictionary lines that merge texts which differ only in case, blanks or the form of their characters:
 * `levels` with the commonest spelling of each. Other spellings are then read as that level, and stay as they stand in the table.
 * @param guess what a column of texts becomes
 */
export function suggestMerging(column: JudgedColumn, guess: (column: JudgedColumn) => Guess): Guess {
  const own = guess(column);
  if (!column.profile.exact || own.attribute.role === "id") return own;
  const groups = spellings(column.values);
  const several = groups.filter((texts) => texts.length > 1);
  if (several.length === 0) return own;
  const merged = guess({ ...column, values: groups.map(joined), distinct: groups.length }).attribute;
  if (merged.levels === undefined) return own;
  const { role, type, levels } = own.attribute;
  const names = several.map(([first, ...others]) => `${some(others.map(({ text }) => quote(text)), ", ")} as ${quote(first.text)}`);
  const lines = [
    suggest("levels", merged.levels, `other spellings then count as these: ${some(names, "; ")}`),
    ...(merged.role === role ? [] : [suggest("role", merged.role, "with the merged levels")]),
    ...(merged.type === type || own.suggestions?.some((line) => line.startsWith("type:")) ? [] : [suggest("type", merged.type, "with the merged levels")]),
  ];
  return levels?.length === merged.levels.length ? own : withSuggestions(own, lines);
}

const some = (words: readonly string[], sign: string): string => [...words.slice(0, maxNamed), ...(words.length > maxNamed ? ["…"] : [])].join(sign);

/** Texts that are spellings of one another, the commonest first. */
function spellings(values: readonly ValueCount[]): ValueCount[][] {
  const groups = new Map<string, ValueCount[]>();
  for (const value of values) {
    const key = foldSpelling(value.text);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  const blanks = ({ text }: ValueCount): number => Number(/^\s|\s\s|\s$/.test(text));
  return [...groups.values()].map((texts) => texts.sort((a, b) => blanks(a) - blanks(b) || b.count - a.count || (a.text < b.text ? -1 : 1)));
}

const joined = (texts: readonly ValueCount[]): ValueCount => ({ ...texts[0], count: texts.reduce((sum, { count }) => sum + count, 0) });
