import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = ["README.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => join("docs", name))];

/** Lines of tables that have not as many cells as the first line of their table, or no end. */
function brokenRows(text: string): string[] {
  const broken: string[] = [];
  let width = 0;
  let code = false;
  text.split("\n").forEach((line, k) => {
    if (line.startsWith("```")) code = !code;
    if (code || !line.startsWith("|")) {
      width = 0;
      return;
    }
    const bars = line.match(/(?<!\\)\|/g)!.length;
    if (width === 0) width = bars;
    if (bars !== width || !line.endsWith("|")) broken.push(`line ${k + 1}: ${line}`);
  });
  return broken;
}

describe("tables of the documentation", () => {
  it("knows a row that was cut off", () => {
    expect(brokenRows("| a | b |\n|---|---|\n| 1 \\| 2 | 3 |\n| 4 \\| 5")).toEqual(["line 4: | 4 \\| 5"]);
  });

  it.each(pages)("are whole in %s", (page) => {
    expect(brokenRows(readFileSync(join(root, page), "utf8"))).toEqual([]);
  });
});
