import { Command, CommanderError } from "commander";
import { isVhgmError } from "../base/errors.js";
import { packageVersion } from "../training/node/versions.js";
import { addCompare } from "./compare.js";
import { addComplete } from "./complete.js";
import { addDemo } from "./demo.js";
import { addEvaluate } from "./evaluate.js";
import { addExport } from "./export.js";
import { addGenerate } from "./generate.js";
import { addImpute } from "./impute.js";
import { addInfo } from "./info.js";
import { addInspect } from "./inspect.js";
import { stopCode } from "./interrupt.js";
import { addPool } from "./pool.js";
import { addIntervene } from "./intervene.js";
import { addPredict } from "./predict.js";
import { addServe } from "./serve.js";
import { addSimulate } from "./simulate.js";
import { tell } from "./terminal.js";
import { addTrain } from "./train.js";

/** The command line with all its commands. */
export function createProgram(): Command {
  const program = new Command("vhgm")
    .description("One joint distribution over the attributes of people, learned from incomplete tables.\nFills holes with honest uncertainty and answers: given these attributes, how are those distributed?")
    .version(packageVersion)
    .helpCommand("help [command]", "help on a command")
    .showHelpAfterError("(vhgm COMMAND --help lists what is allowed)")
    .addHelpText("after", "\nFirst steps:\n  $ vhgm demo\n  $ vhgm inspect cohort.csv\n  $ vhgm complete cohort.csv -o completed.csv")
    .exitOverride();
  for (const add of [addInspect, addTrain, addImpute, addComplete, addPredict, addCompare, addIntervene, addGenerate, addPool, addEvaluate, addInfo, addExport, addServe, addSimulate, addDemo]) add(program);
  return program;
}

/**
 * Runs a command line and gives the exit code: 0, 1 for a failure, 2 for a mistake in the command, 130 after Ctrl-C.
 * Errors are told in one sentence; with VHGM_DEBUG=1 their stack follows.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    tell(sentence(error));
    if (process.env.VHGM_DEBUG === "1") console.error(error);
    if (!isVhgmError(error)) return 1;
    return error.code === "usage" ? 2 : error.code === "cancelled" ? stopCode() : 1;
  }
}

function sentence(error: unknown): string {
  if (isVhgmError(error)) return error.message;
  return `Something unforeseen went wrong (${error instanceof Error ? error.message : String(error)}); run the command again with VHGM_DEBUG=1 for details to report.`;
}
