/** As much HTML as the CDC's pages need: rows of tables, texts of elements. Tolerates missing end tags and unknown entities. */

const named: Readonly<Record<string, string>> = {
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", ge: "≥", le: "≤", micro: "µ", deg: "°", plusmn: "±", sup2: "²",
  mu: "μ", alpha: "α", beta: "β", gamma: "γ", ndash: "–", mdash: "—", lsquo: "‘", rsquo: "’", ldquo: "“", rdquo: "”", frac12: "½",
};

const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (all, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? named[name.toLowerCase()] ?? all;
    const code = decimal !== undefined ? Number(decimal) : parseInt(hex!, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });

/** The text of a piece of HTML: without tags and comments, on one line. */
export const textOf = (html: string): string =>
  decodeEntities(html.replace(/<!--[\s\S]*?-->/g, "").replace(/<\/?[a-z][^>]*>/gi, " ")).replace(/\s+/g, " ").trim();

/** The cells (`td` and `th`) of each row of a table, as HTML. */
export function rowsOf(table: string): string[][] {
  return table
    .split(/<tr\b[^>]*>/i)
    .slice(1)
    .map((row) => [...row.matchAll(/<t[dh]\b[^>]*>([\s\S]*?)(?=<\/t[dh]>|<t[dh]\b|<\/tr>|<\/table>|$)/gi)].map(([, cell]) => cell));
}

/** The first link of a piece of HTML, or undefined. */
export function linkOf(html: string): string | undefined {
  const found = /<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(html);
  const href = found && (found[1] ?? found[2] ?? found[3]);
  return href ? decodeEntities(href).trim() : undefined;
}
