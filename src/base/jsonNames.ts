/**
 * The names that stand in each object of a JSON text, as they are meant ("\u0061" is "a"): what `JSON.parse` makes of it no
 * longer tells of names that stand twice.
 * @param text valid JSON
 * @returns the first name that stands twice in one object, and whether any object has the name `__proto__`
 */
export function jsonNames(text: string): { readonly repeated?: string; readonly proto: boolean } {
  const open: (Set<string> | null)[] = [];
  let repeated: string | undefined;
  let proto = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{") open.push(new Set());
    else if (c === "[") open.push(null);
    else if (c === "}" || c === "]") open.pop();
    else if (c === '"') {
      const start = i;
      for (i++; text[i] !== '"'; i++) if (text[i] === "\\") i++;
      const names = open.at(-1);
      if (!names || !isName(text, i + 1)) continue;
      const name = JSON.parse(text.slice(start, i + 1)) as string;
      if (names.has(name)) repeated ??= name;
      if (name === "__proto__") proto = true;
      names.add(name);
    }
  }
  return { ...(repeated === undefined ? {} : { repeated }), proto };
}

/** Whether a text of an object that ends before a place is a name: names are followed by a colon. */
function isName(text: string, after: number): boolean {
  let i = after;
  while (" \t\r\n".includes(text[i])) i++;
  return text[i] === ":";
}
