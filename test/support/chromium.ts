import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll } from "vitest";

const runs = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Where Chromium is: CHROMIUM_PATH, or one of its usual names on the path; undefined if there is none. */
export function findChromium(): string | undefined {
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return [process.env.CHROMIUM_PATH ?? "", ...folders.flatMap((folder) => names.map((name) => join(folder, name)))].find((file) => file !== "" && runs(file));
}

export const chromiumPath = findChromium();
if (chromiumPath === undefined) console.warn("Tests in a browser are skipped: no Chromium was found; install it, or name it in CHROMIUM_PATH.");

/** Starts Chromium, which ends with the file's tests. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  afterAll(() => browser.close());
  return browser;
}
