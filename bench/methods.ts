import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { shellCommand } from "../src/evaluation/node/process.js";

/** A way to complete a table: commands that read masked.csv and write the completed table. */
export interface Method {
  readonly name: string;
  /** Whether it is one of VHGM's own commands; all others are rivals, and get a time limit. */
  readonly own: boolean;
  commands(input: string, output: string): string[][];
}

export interface Tools {
  /** Folder of this package. */
  readonly root: string;
  readonly python: string;
  /** Folder of bench/peers/setup.sh. */
  readonly peers: string;
}

/** The environments that bench/peers/setup.sh makes. */
export const peerPython = (folder: string, environment: "sklearn" | "miceforest" | "torch"): string => join(resolve(folder), environment, "bin", "python");

/** Rivals that run in an environment of their own: what they are called, its name, the script and its arguments, and the code cloned beside it. */
const peerMethods = [
  { name: "hyperimpute", environment: "torch", script: "hi.py", args: ["hyperimpute"] },
  { name: "hyperimpute-best", environment: "torch", script: "hi.py", args: ["hyperimpute-best"] },
  { name: "gain", environment: "torch", script: "hi.py", args: ["gain"] },
  { name: "miwae", environment: "torch", script: "hi.py", args: ["miwae"] },
  { name: "miwae-best", environment: "torch", script: "hi.py", args: ["miwae-best"] },
  { name: "hi-missforest", environment: "torch", script: "hi.py", args: ["missforest"] },
  { name: "miceforest", environment: "miceforest", script: "mf.py", args: [] },
  { name: "remasker", environment: "torch", script: "remasker.py", args: [], code: "remasker" },
  { name: "cmae", environment: "torch", script: "cacti.py", args: [], code: "cacti" },
] as const;

/** Rivals that can't be run, with the reason. */
export const notToBeHad: Readonly<Record<string, string>> = {
  "hi-vae": "its code needs TensorFlow 1.15, which current Python can't install; npm run bench:hivae holds VHGM's own latent of that form against the paper's figures",
  tabimpute: "the package loads trained weights that are not part of it",
  tabpfn: "the package loads trained weights that are not part of it",
};

/** VHGM's own commands and the rivals that bench/peers adapts. */
export function builtinMethods({ root, python, peers: folder }: Tools): Method[] {
  const main = join(root, "dist", "cli", "main.js");
  const peers = join(root, "bench", "peers");
  const vhgm = (...args: string[]): string[] => [process.execPath, main, ...args, "--quiet"];
  const own = (name: string, commands: Method["commands"]): Method => ({ name, own: true, commands });
  const rival = (name: string, command: (input: string, output: string) => string[]): Method => ({
    name,
    own: false,
    commands: (input, output) => [command(input, output)],
  });
  const inR = (name: string): Method => rival(name, (input, output) => ["Rscript", join(peers, "rival.R"), input, output, name]);
  return [
    own("vhgm", (input, output) => [vhgm("complete", input, "-o", output)]),
    own("vhgm-best", (input, output) => [vhgm("complete", input, "-o", output, "--best")]),
    own("train-impute", (input, output) => {
      const model = output.replace(/\.csv$/, ".vhgm");
      return [vhgm("train", input, "-o", model), vhgm("impute", model, input, "-o", output)];
    }),
    inR("mean"),
    rival("ridge", (input, output) => [python, join(peers, "ridge.py"), input, output]),
    inR("forest"),
    ...["et", "rf", "bayes", "post"].map((how) => rival(how, (input, output) => [python, join(peers, "sk.py"), input, output, how])),
    inR("mice"),
    inR("micecart"),
    ...peerMethods.map(({ name, environment, script, args }) => rival(name, (input, output) => [peerPython(folder, environment), join(peers, script), input, output, ...args])),
  ];
}

/**
 * A rival given as 'NAME=COMMAND {in} {out}'; the command is run by the shell, with paths in place of {in} and {out}.
 * @throws Error if the text has another form
 */
export function givenMethod(text: string): Method {
  const [, name, command] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
  if (!name || !command.includes("{in}") || !command.includes("{out}")) {
    throw new Error(`--command '${text}' is not of the form 'NAME=COMMAND {in} {out}', with a name of letters, digits, '.', '_' and '-'.`);
  }
  return { name, own: false, commands: (input, output) => [shellCommand(command, input, output)] };
}

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: "ignore" }).status === 0;

export const hasNumpy = (python: string): boolean => runs(python, "-c", "import numpy");

/** For each rival of these names that cannot be run here, a sentence that says why. */
export function absentRivals(names: readonly string[], python: string, folder: string): Map<string, string> {
  const absent = new Map<string, string>();
  const check = (group: readonly string[], what: string, present: () => boolean): void => {
    const wanted = group.filter((name) => names.includes(name));
    if (wanted.length === 0 || present()) return;
    for (const name of wanted) absent.set(name, `${name} was not run, since ${what} is not installed (bench/peers/setup.sh).`);
  };
  check(["ridge"], `${python} with numpy`, () => hasNumpy(python));
  check(["et", "rf", "bayes", "post"], `${python} with scikit-learn`, () => runs(python, "-c", "import sklearn"));
  for (const { name, environment, ...more } of peerMethods) {
    const code = "code" in more ? join(folder, more.code) : undefined;
    check([name], code ? `${join(folder, environment)} or ${code}` : join(folder, environment), () => existsSync(peerPython(folder, environment)) && (code === undefined || existsSync(code)));
  }
  check(["mean", "forest", "mice", "micecart"], "R with mice and ranger", () => runs("Rscript", "-e", "library(mice); library(ranger)"));
  return absent;
}
