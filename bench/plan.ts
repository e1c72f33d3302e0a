import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { mechanisms } from "../src/evaluation/ampute.js";
import type { CaseSettings } from "./cases.js";
import { confirmationNames } from "./confirmation.js";
import { builtinMethods, givenMethod, notToBeHad, peerPython, type Method } from "./methods.js";
import { methodName, type Case } from "./results.js";

/** What a command line asks for. */
export interface Plan {
  readonly methods: readonly Method[];
  readonly cases: readonly Case[];
  readonly settings: CaseSettings;
  /** Names of methods whose earlier results don't count. */
  readonly rerun: ReadonlySet<string>;
  readonly imports: readonly string[];
  readonly data: string | undefined;
  readonly cache: string;
  readonly python: string;
  /** Folder of bench/peers/setup.sh. */
  readonly peers: string;
  /** File of the critical-difference plot. */
  readonly plot: string | undefined;
  /** Seconds of processor time of a rival. */
  readonly timeout: number;
  readonly out: string | undefined;
  /** Whether results that are lacking are made, or only those at hand are shown. */
  readonly run: boolean;
}

/**
 * @param root folder of this package
 * @throws Error with a sentence for what is not allowed
 */
export function readPlan(args: readonly string[], root: string): Plan {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string", default: process.env.VHGM_DATA },
      tables: { type: "string", default: "pima,pbc,heart_disease_uci,nhefs,young_people_survey,nhanes_2009_2012" },
      mechanisms: { type: "string", default: "mcar,mar,mnar" },
      seeds: { type: "string", default: "1,2,3" },
      rate: { type: "string", default: "0.3" },
      rows: { type: "string", default: "4000" },
      methods: { type: "string", default: "vhgm,train-impute,mean,ridge,forest,et,mice" },
      command: { type: "string", multiple: true, default: [] },
      rerun: { type: "string", default: "" },
      import: { type: "string", multiple: true, default: [] },
      cache: { type: "string", default: join(root, ".cache", "accuracy") },
      python: { type: "string" },
      peers: { type: "string", default: join(root, ".cache", "peers") },
      timeout: { type: "string", default: "1200" },
      out: { type: "string" },
      plot: { type: "string" },
      "no-run": { type: "boolean", default: false },
    },
  });
  const environment = peerPython(flags.peers, "sklearn");
  const python = flags.python ?? (existsSync(environment) ? environment : "python3");
  const chosen = list(flags.mechanisms);
  for (const text of chosen) {
    if (!mechanisms.some((m) => m === text)) throw new Error(`--mechanisms ${text} is not known; ${mechanisms.join(", ")} are.`);
  }
  const seeds = list(flags.seeds).map((text) => whole("seeds", text, 0));
  const tables = list(flags.tables).flatMap((name) => (name === "confirmation" ? confirmationNames : [name]));
  return {
    methods: chooseMethods(builtinMethods({ root, python, peers: flags.peers }), list(flags.methods), flags.command),
    cases: chosen.flatMap((mechanism) => seeds.flatMap((seed) => tables.map((table) => ({ table, mechanism, seed })))),
    settings: { rate: share("rate", flags.rate), rows: whole("rows", flags.rows, 1) },
    rerun: new Set(list(flags.rerun).map(methodName)),
    imports: flags.import,
    data: flags.data,
    cache: flags.cache,
    python,
    peers: flags.peers,
    plot: flags.plot,
    timeout: whole("timeout", flags.timeout, 1),
    out: flags.out,
    run: !flags["no-run"],
  };
}

function chooseMethods(known: readonly Method[], names: readonly string[], commands: readonly string[]): Method[] {
  const chosen = names.map((text) => {
    const method = known.find((m) => m.name === methodName(text));
    if (!method && notToBeHad[text] !== undefined) throw new Error(`--methods ${text} can't be run: ${notToBeHad[text]}.`);
    if (!method) throw new Error(`--methods ${text} is not known; ${known.map((m) => m.name).join(", ")} are, and what --command gives.`);
    return method;
  });
  const taken = new Set(known.map((m) => m.name));
  for (const method of commands.map(givenMethod)) {
    if (taken.has(methodName(method.name))) throw new Error(`--command ${method.name}=… takes a name that is in use already.`);
    taken.add(method.name);
    chosen.push(method);
  }
  return chosen;
}

const list = (text: string): string[] => [...new Set(text.split(",").map((x) => x.trim()).filter(Boolean))];

function whole(flag: string, text: string, least: number): number {
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`--${flag} ${text} is not allowed; whole numbers from ${least} are.`);
}

function share(flag: string, text: string): number {
  if (Number(text) > 0 && Number(text) < 1) return Number(text);
  throw new Error(`--${flag} ${text} is not allowed; a number between 0 and 1 is.`);
}
