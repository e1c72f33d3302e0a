// Compiles src/ to dist/, bundles the web app into dist/web, and makes the command line file executable (npm links it before it runs `prepare`).
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "vite";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { stdio: "inherit" });
chmodSync("dist/cli/main.js", 0o755);
// Messages of the bundler would go between those of whoever runs this.
await build({ root: "web", configFile: "web/vite.config.ts", logLevel: "warn" });
