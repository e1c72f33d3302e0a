// Compiles src/engine/adamw.wat into src/engine/adamwKernel.ts; with --check says whether that is up to date.
import { readFileSync, writeFileSync } from "node:fs";
import wabt from "wabt";

const source = "src/engine/adamw.wat";
const target = "src/engine/adamwKernel.ts";
const { parseWat } = await wabt();
const module = parseWat(source, readFileSync(source, "utf8"), { simd: true });
const { buffer } = module.toBinary({});
const text = `/** adamw.wat, compiled by scripts/kernel.mjs. */\nexport const adamwKernel =\n  "${Buffer.from(buffer).toString("base64")}";\n`;
if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error(`${target} is not what ${source} compiles to; run node scripts/kernel.mjs.`);
  process.exit(1);
}
