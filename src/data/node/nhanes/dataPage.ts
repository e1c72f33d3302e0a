import { linkOf, rowsOf, textOf } from "./html.js";

/** A file on the CDC's page of a component in a cycle. */
export interface ListedFile {
  /** In upper case, with the cycle's suffix or prefix. */
  readonly name: string;
  /** What it holds, for instance "Body Measures". */
  readonly title: string;
  /** Link to the XPT file as it stands on the page. */
  readonly data: string;
  /** Link to the codebook. */
  readonly codebook?: string;
  /** Size in bytes as the page rounds it, if it says one. */
  readonly bytes?: number;
}

const units: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

/**
 * Reads a page Search/DataPage.aspx?Component=...&Cycle=...: a table with a row for each file, which links to its codebook
 * (.htm) and its data (.xpt, "[XPT - 3.4 MB]"). Rows without data to download (withdrawn, limited access) are passed over.
 */
export function parseDataPage(html: string): ListedFile[] {
  const files = new Map<string, ListedFile>();
  for (const cells of rowsOf(html)) {
    const links = cells.map(linkOf);
    const at = links.findIndex((link) => link !== undefined && /\.xpt$/i.test(link));
    if (at < 0) continue;
    const data = links[at]!;
    const name = /([^/]+)\.xpt$/i.exec(data)![1].toUpperCase();
    const codebook = links.find((link) => link !== undefined && /\.html?(#.*)?$/i.test(link))?.replace(/#.*$/, "");
    const size = /([\d.,]+)\s*([KMG]?B)\b/i.exec(textOf(cells[at]));
    const bytes = size ? Number(size[1].replaceAll(",", "")) * units[size[2].toUpperCase()] : undefined;
    const title = cells.slice(0, at).map(textOf).find((text, k) => links[k] === undefined && !/^\d{4}(-\d{4})?$/.test(text)) ?? "";
    if (!files.has(name)) files.set(name, { name, title, data, ...(codebook ? { codebook } : {}), ...(bytes ? { bytes } : {}) });
  }
  return [...files.values()];
}
