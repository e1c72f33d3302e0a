import { spawnSync } from "node:child_process";
import { join } from "node:path";
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
}

/** VHGM's own commands and the rivals that bench/peers adapts. */
export function builtinMethods({ root, python }: Tools): Method[] {
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
    rival("et", (input, output) => [python, join(peers, "sk.py"), input, output, "et"]),
    inR("mice"),
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
export function absentRivals(names: readonly string[], python: string): Map<string, string> {
  const absent = new Map<string, string>();
  const check = (group: readonly string[], what: string, present: () => boolean): void => {
    const wanted = group.filter((name) => names.includes(name));
    if (wanted.length === 0 || present()) return;
    for (const name of wanted) absent.set(name, `${name} was not run, since ${what} is not installed (bench/peers/setup.sh).`);
  };
  check(["ridge"], `${python} with numpy`, () => hasNumpy(python));
  check(["et"], `${python} with scikit-learn`, () => runs(python, "-c", "import sklearn"));
  check(["mean", "forest", "mice"], "R with mice and ranger", () => runs("Rscript", "-e", "library(mice); library(ranger)"));
  return absent;
}
