import type { Command } from "commander";
import { writeCohort } from "../cohort/node/write.js";
import { baseAttributes, maxAttributes } from "../cohort/model.js";
import { defaultRows, planCohort } from "../cohort/simulate.js";
import { examples, jsonFlag, quietFlag, seed, whole } from "./flags.js";
import { createProgress, rowProgress } from "./progress.js";
import { print, printJson } from "./terminal.js";

interface Flags {
  readonly output: string;
  readonly attributes: number;
  readonly rowsCheckup: number;
  readonly rowsLaboratory: number;
  readonly rowsLifestyle: number;
  readonly seed: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const rowCount = whole(0, 2_000_000);

export function addSimulate(program: Command): void {
  const command = program
    .command("simulate")
    .summary("make a cohort of invented people whose truth is known")
    .description("Write three tables of invented people (check-up, laboratory, lifestyle) with holes, the complete tables, and the truth that they were made from.")
    .requiredOption("-o, --output <folder>", "a new or empty folder")
    .option("--attributes <number>", "attributes over all tables", whole(baseAttributes, maxAttributes), baseAttributes)
    .option("--rows-checkup <number>", "people in the check-up", rowCount, defaultRows.checkup)
    .option("--rows-laboratory <number>", "people in the laboratory study", rowCount, defaultRows.laboratory)
    .option("--rows-lifestyle <number>", "people in the lifestyle survey", rowCount, defaultRows.lifestyle)
    .option("--seed <number>", "the same seed gives the same people", seed, 1);
  jsonFlag(quietFlag(command));
  examples(command, "vhgm simulate -o cohort", "vhgm simulate -o wide --attributes 1800 --rows-checkup 10000").action(simulate);
}

async function simulate({ output, attributes, rowsCheckup, rowsLaboratory, rowsLifestyle, seed, quiet, json }: Flags): Promise<void> {
  const progress = createProgress({ quiet });
  const plan = planCohort({ seed, attributes, rows: { checkup: rowsCheckup, laboratory: rowsLaboratory, lifestyle: rowsLifestyle } });
  const total = plan.sources.reduce((sum, { rowCount }) => sum + rowCount, 0);
  progress.phase("simulating people");
  const files = await writeCohort(output, plan, { onRows: rowProgress(progress, total) }).finally(() => progress.stop());
  if (json) printJson({ folder: output, files });
  else print([`${output}:`, ...files.map((file) => `  ${file}`), `Next: vhgm inspect ${output}/checkup.csv`].join("\n"));
}
