import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export { chromiumPath, openBrowser } from "./chromium.js";

/** What a page said that it should not have: errors of scripts, and of the console. */
export interface Opened {
  readonly page: Page;
  readonly faults: string[];
}

export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-US", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(url);
  await page.waitForSelector("h1");
  return { page, faults };
}

/** Waits until every answer that was asked for has come. */
export async function settled(page: Page): Promise<void> {
  // The app asks when the person has paused for a moment, and a busy machine is slow to begin.
  await page.waitForTimeout(1000);
  // Not `waitForFunction`: the page's policy allows no evaluation of texts.
  while (await page.evaluate("document.querySelector('[aria-busy=true]') !== null")) await page.waitForTimeout(50);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

/** Serious and critical faults that axe finds in the page, each in a line. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const violations = (await page.evaluate("axe.run().then(({ violations }) => JSON.parse(JSON.stringify(violations)))")) as Violation[];
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.replace(/\s+/g, " ")}`));
}

/** By how many pixels the page is wider than its window. */
export const overhang = (page: Page): Promise<number> => page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
