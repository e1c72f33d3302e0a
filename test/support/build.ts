import { execFileSync } from "node:child_process";

/** Builds dist/, which the end-to-end tests run, unless VHGM_DIST names a build that is there already. */
export function setup(): void {
  if (process.env.VHGM_DIST === undefined) execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
