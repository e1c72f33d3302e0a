import type { KnownAttribute } from "../backend/backend.js";
import { isLevels } from "../format.js";

/** Two values of an attribute that are worth comparing. */
export interface Suggestion {
  readonly attribute: KnownAttribute;
  readonly low: string;
  readonly high: string;
}

/** What people ask about first, in names and labels. */
const asked = [/smok|cigar|tobacco/, /exerci|activity|sport|walk/, /alcohol|drink/, /sleep|fruit|diet/, /\bsex\b|gender/];
const age = /\bage\b|ridageyr/;
/** Levels of which the first and the last are far apart, and can be told so at a glance. */
const mostLevels = 6;
/** Places in a number's range: the upper half is often thin. */
const [lower, upper] = [0.25, 0.6];

/** Attributes to try a page with, what people ask about before what was observed most. */
export function suggestions(attributes: readonly KnownAttribute[]): Suggestion[] {
  // Of other numbers than ages it is not known here where most people lie.
  const rank = (attribute: KnownAttribute): number => {
    const words = `${attribute.name} ${attribute.label ?? ""}`.toLowerCase();
    if (!isLevels(attribute)) return age.test(words) ? asked.length : asked.length + 2;
    const k = asked.findIndex((each) => each.test(words));
    return k < 0 ? asked.length + 1 : k;
  };
  return attributes
    .filter(({ equals, appliesWhen }) => !equals && !appliesWhen)
    .flatMap((attribute): Suggestion[] => {
      const { levels = [], range, type } = attribute;
      if (isLevels(attribute)) return levels.length > 1 && levels.length <= mostLevels ? [{ attribute, low: levels[0], high: levels.at(-1)! }] : [];
      if (type === "date" || !range) return [];
      const at = (share: number): string => String(Number((range.low + share * (range.high - range.low)).toPrecision(2)));
      return at(lower) === at(upper) ? [] : [{ attribute, low: at(lower), high: at(upper) }];
    })
    .sort((a, b) => rank(a.attribute) - rank(b.attribute) || (b.attribute.score?.cells ?? 0) - (a.attribute.score?.cells ?? 0));
}
