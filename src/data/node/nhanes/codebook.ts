import { rowsOf, textOf } from "./html.js";

/** One row of a variable's table of values. */
export interface CodebookValue {
  /** A code ("1"), a range ("0 to 79") or "." for missing. */
  readonly code: string;
  readonly description: string;
}

/** What a codebook page says of a variable. */
export interface CodebookVariable {
  /** In upper case, as in XPT files; the page writes some names in mixed case. */
  readonly name: string;
  readonly label: string;
  /** The question or a longer description. */
  readonly text: string;
  readonly values: readonly CodebookValue[];
}

/**
 * Reads a codebook page (DEMO_J.htm). Each variable has a list of terms, "Variable Name:", "SAS Label:", "English Text:",
 * "Target:", and `<table class="values">` with code, description, count, cumulative count and the item to skip to; codes
 * stand in `th` on pages of the first cycles. The first entry of a name stands.
 */
export function parseCodebook(html: string): Map<string, CodebookVariable> {
  const variables = new Map<string, CodebookVariable>();
  for (const section of html.split(/<dt\b[^>]*>\s*Variable Name:?\s*<\/dt>/i).slice(1)) {
    const name = textOf(/<dd\b[^>]*>([\s\S]*?)<\/dd>/i.exec(section)?.[1] ?? "").toUpperCase();
    if (!/^\w+$/.test(name) || variables.has(name)) continue;
    variables.set(name, { name, label: term(section, "SAS Label"), text: term(section, "English Text"), values: valuesOf(section) });
  }
  return variables;
}

function term(section: string, title: string): string {
  const found = new RegExp(`<dt\\b[^>]*>\\s*${title}:?\\s*</dt>\\s*<dd\\b[^>]*>([\\s\\S]*?)</dd>`, "i").exec(section);
  return textOf(found?.[1] ?? "");
}

function valuesOf(section: string): CodebookValue[] {
  const table = /<table\b[^>]*\bclass\s*=\s*["']?values\b[^>]*>([\s\S]*?)(?:<\/table>|$)/i.exec(section)?.[1] ?? "";
  return rowsOf(table)
    .map((cells) => cells.map(textOf))
    .filter(([code, description]) => description !== undefined && !/^code or value$/i.test(code))
    .map(([code, description]) => ({ code, description }));
}
