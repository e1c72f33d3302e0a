import { en, type Text } from "./en.js";
import { ja } from "./ja.js";

export const languages = { en, ja } as const;
export type Language = keyof typeof languages;
export type { Text };

/** The language that the browser prefers, of those that there are. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const found = wanted.map((tag) => tag.slice(0, 2)).find((tag) => Object.hasOwn(languages, tag));
  return (found as Language | undefined) ?? "en";
}
