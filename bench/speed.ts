/**
 * How fast VHGM is, beside what people would use instead: prints ratios measured in one run, and writes them as JSON.
 *
 *   npm run bench -- [--parts step,impute,width,rows] [--quick] [--out speed.json] [--only TEXT] [--threads 2]
 *     [--torch PYTHON] [--compile] [--python PYTHON] [--peers DIR] [--rivals ridge,mice,hyperimpute,remasker] [--data DIR]
 *
 * step    one training step (forward, backward, optimiser) of the networks that the product trains, beside the same
 *         networks in PyTorch; both take turns. Without PyTorch (bench/peers/setup.sh) VHGM's times stand alone.
 * impute  rows a second and the time of one record, 77 and 1,023 columns, beside rivals that complete a table of 300 rows.
 *         The wide table is nhanes_2013_wide in --data (or VHGM_DATA).
 * width   processor time and peak memory of a training step at 500 to 12,000 attributes, at equal observed cells and rates.
 * rows    `vhgm impute` on 10,000, 100,000 and 1,000,000 rows of 100 columns (the last not with --quick).
 *
 * --only  cases whose name contains this text. --compile adds PyTorch's compiler. Times are medians with quartiles.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { absentRivals, builtinMethods, peerPython, type Method } from "./methods.js";
import { measureImputing } from "./speed/impute.js";
import { machine } from "./speed/machine.js";
import { measureRows } from "./speed/rows.js";
import { measureSteps } from "./speed/step.js";
import { hasTorch } from "./speed/twin.js";
import { measureWidths } from "./speed/width.js";

/** Folder of this package, where npm runs scripts. */
const root = process.cwd();
const main = join(root, "dist", "cli", "main.js");
const { values: flags } = parseArgs({
  options: {
    parts: { type: "string", default: "step,impute,width,rows" },
    quick: { type: "boolean", default: false },
    out: { type: "string", default: "speed.json" },
    only: { type: "string", default: "" },
    torch: { type: "string" },
    compile: { type: "boolean", default: false },
    threads: { type: "string", default: "2" },
    python: { type: "string" },
    peers: { type: "string", default: ".cache/peers" },
    rivals: { type: "string", default: "ridge,mice,hyperimpute,remasker" },
    data: { type: "string", default: process.env.VHGM_DATA ?? "../shared/data" },
  },
});
const threads = Number(flags.threads);
const { quick } = flags;
const say = (text: string): void => console.log(text);

function torchPython(): string | null {
  const python = flags.torch ?? [peerPython(flags.peers, "torch")].find((path) => existsSync(path)) ?? "python3";
  if (hasTorch(python)) return python;
  say("PyTorch was not found, so its columns are left out; bench/peers/setup.sh installs it.");
  return null;
}

function rivals(): Method[] {
  const python = flags.python ?? peerPython(flags.peers, "sklearn");
  const names = flags.rivals.split(",").filter((name) => name !== "");
  const absent = absentRivals(names, python, flags.peers);
  for (const sentence of absent.values()) say(sentence);
  return builtinMethods({ root, python, peers: flags.peers }).filter(({ name }) => names.includes(name) && !absent.has(name));
}

const parts: Readonly<Record<string, () => unknown>> = {
  step: () =>
    measureSteps({ python: torchPython(), script: join(root, "bench", "peers", "twin.py"), threads, ...(quick ? { rounds: 3, turn: 0.5 } : { rounds: 9, turn: 1.5 }), compile: flags.compile, only: flags.only, say }),
  impute: () =>
    measureImputing({ main, data: flags.data, ...(quick ? { trainRows: 400, newRows: 512, records: 20 } : { trainRows: 1500, newRows: 2048, records: 100 }), rivals: rivals(), rivalRows: 300, rivalSeconds: 1200, only: flags.only, say }),
  width: () => measureWidths(join(import.meta.dirname, "scale.js"), quick ? [500, 2000] : [500, 1000, 2000, 4000, 8000, 12_000], say),
  rows: () => measureRows(main, quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000], say),
};

const result: Record<string, unknown> = { machine: machine(threads), quick };
for (const name of flags.parts.split(",")) {
  if (!Object.hasOwn(parts, name)) throw new Error(`--parts takes ${Object.keys(parts).join(", ")}; '${name}' was given.`);
  say(`\n${name}`);
  result[name] = await parts[name]();
  // After each part, so that a run that is cut off leaves what it has.
  writeFileSync(flags.out, `${JSON.stringify(result, null, 2)}\n`);
}
say(`\nWritten to ${flags.out}.`);
