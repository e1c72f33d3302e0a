/** What a reader prefers, kept by the browser. Nothing that is entered about a person is ever kept. */
import { languages, preferredLanguage, type Language } from "./text/index.js";

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

export function store(key: "language" | "theme", value: string): void {
  try {
    localStorage.setItem(`vhgm.${key}`, value);
  } catch {
    // The choice then holds until the page is closed.
  }
}

export function storedLanguage(): Language {
  const found = stored("vhgm.language");
  return found !== null && Object.hasOwn(languages, found) ? (found as Language) : preferredLanguage(navigator.languages);
}

export const storedTheme = (): Theme => themes.find((theme) => theme === stored("vhgm.theme")) ?? "auto";
