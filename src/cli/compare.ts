import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import { VhgmError } from "../base/errors.js";
import { checkOutput, readBundle } from "../bundle/node/files.js";
import { writeFileAtomic } from "../data/node/atomic.js";
import type { Device } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { renderComparison } from "../evaluation/report/comparison.js";
import { compare, mostMoved, type ComparedAttribute, type Comparison, type Contrast, type EnsembleDifference, type Scenario } from "../inference/compare.js";
import { openPredictor } from "../inference/predictor.js";
import { formatDate } from "../schema/values.js";
import { readNames, texts } from "./attributeNames.js";
import { deviceFlag, examples, jsonFlag, level, whole } from "./flags.js";
import { readGiven } from "./given.js";
import { print, printJson, tell } from "./terminal.js";
import { layTable, listed, percent, points, screenWidth, short, signed } from "./text.js";

interface Flags {
  readonly given: string;
  readonly scenario: readonly string[];
  readonly ask?: string[];
  readonly level: number;
  readonly top: number;
  readonly output?: string;
  readonly device: Device;
  readonly json?: boolean;
}

export function addCompare(program: Command): void {
  const command = program
    .command("compare")
    .summary("how do people who live one way differ from people who live another way?")
    .description(
      "Answer the same question for two or more scenarios (ways of life, treatments, histories) of one person and rank what\n" +
        "differs. The first scenario is the one that the others are held against. Differences are associations in the training\n" +
        "data, not effects.",
    )
    .argument("<model>", "model of vhgm train")
    .option("--given <json>", "what holds in all scenarios: a JSON object, @FILE with one, or - for standard input", "{}")
    .requiredOption("--scenario <scenario>", "NAME=JSON, NAME=@FILE or a FILE with a JSON object; give it twice or more", texts)
    .option("--ask <names>", "attributes to compare, separated by commas (default: all that no scenario gives)", texts)
    .option("--level <number>", "level of the intervals", level, 0.9)
    .option("--top <number>", "how many attributes are printed, the largest differences first", whole(1, 100_000), 15)
    .option("-o, --output <file>", "a page with a picture and all attributes (.html)");
  jsonFlag(deviceFlag(command));
  examples(
    command,
    `vhgm compare cohort.vhgm --given '{"age": 50, "sex": "M"}' --scenario 'smokes={"smoking": "current"}' --scenario 'never={"smoking": "never"}'`,
    "vhgm compare cohort.vhgm --given @person.json --scenario a.json --scenario b.json --ask systolic,hba1c -o difference.html",
  ).action(run);
}

async function run(model: string, flags: Flags): Promise<void> {
  const { output, json } = flags;
  if (output !== undefined) {
    if (!/\.html?$/i.test(output)) throw new VhgmError("usage", `"${output}" is no name for a page; .html is allowed.`);
    await checkOutput(output);
  }
  const given = await readGiven(flags.given);
  const scenarios: Scenario[] = [];
  for (const text of flags.scenario) scenarios.push(await readScenario(text));
  const bundle = await readBundle(model);
  const ask = flags.ask && readNames(flags.ask, bundle.schema, "--ask");
  const predictor = await openPredictor(bundle.model, openSession, { device: flags.device });
  try {
    const members = bundle.card.options.members;
    const result = await compare(predictor, bundle.schema, given, scenarios, { ask, level: flags.level, ...(typeof members === "number" ? { members } : {}) });
    if (output !== undefined) await writeFileAtomic(output, renderComparison(result, { model: basename(model), given }));
    if (json) printJson(result);
    else print(describeComparison(result, flags.top));
    if (output !== undefined && !json) tell(`${output} shows all ${result.attributes.length} attributes.`);
  } finally {
    await predictor.close();
  }
}

/** @throws VhgmError "usage" for a text that is neither NAME=JSON nor a file */
async function readScenario(text: string): Promise<Scenario> {
  const [, name, source] = /^([^={}"@]+)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined) return { name: name.trim(), given: await readGiven(source, `--scenario ${name.trim()}`) };
  if (text.trimStart().startsWith("{")) return { name: text.trim(), given: await readGiven(text, "--scenario") };
  if (!existsSync(text)) throw new VhgmError("usage", `--scenario "${text}" is neither NAME={"attribute": value} nor the name of a file that is there.`);
  return { name: basename(text).replace(/\.json$/i, ""), given: await readGiven(`@${text}`) };
}

/** A comparison for a person to read, the largest differences first. */
export function describeComparison({ scenarios, attributes, notes, level: wanted, members }: Comparison, top: number): string {
  const [first, ...others] = scenarios;
  const blocks = others.map((scenario) => {
    const rows = attributes.flatMap((attribute) => {
      const own = attribute.contrasts.find((c) => c.scenario === scenario.name);
      return own ? [{ attribute, own }] : [];
    });
    rows.sort((a, b) => b.own.size - a.own.size);
    const shown = rows.slice(0, top);
    const largest = Math.max(...shown.map(({ own }) => signedSize(own)).map(Math.abs), 1e-9);
    const table = layTable(
      [{ title: "attribute", most: 36 }, { title: first.name, align: "right", most: 24 }, { title: scenario.name, align: "right", most: 24 }, { title: "difference", align: "right" }, { title: "SD", align: "right" }, { title: "less", align: "right" }, { title: "│ more" }],
      shown.map(({ attribute, own }) => [
        `${attribute.label ?? attribute.name}${attribute.unit ? `, ${attribute.unit}` : ""}`,
        valueOf(attribute, 0, own),
        valueOf(attribute, scenarios.indexOf(scenario), own),
        differenceOf(attribute, own),
        own.size.toFixed(2),
        ...sides(signedSize(own) / largest, 12),
      ]),
      screenWidth(),
    );
    const more = rows.length > shown.length ? `\n(${rows.length - shown.length} smaller differences; --top ${rows.length} shows all)` : "";
    return `${scenario.name} minus ${first.name}; SD: of people alike${members > 1 ? `, with ${percent(wanted)} intervals over ${members} members` : ""}\n${table}${more}`;
  });
  const personal = scenarios.flatMap((s) => s.notes.map((note) => `Note on ${s.name}: ${note}`));
  const assuming = attributes.filter((a) => a.answers.some((answer) => answer.support?.assumption)).map((a) => a.name);
  return [
    ...blocks,
    [...personal, ...(assuming.length > 0 ? [`Note: ${listed(assuming)} rest on attributes never seen together (--json tells which).`] : []), ...notes.map((note) => `Note: ${note}`)].join("\n"),
  ].join("\n\n");
}

const signedSize = (own: Contrast): number => own.size * Math.sign(own.mean ? own.mean.value : mostMoved(own).value);

function valueOf({ answers, type }: ComparedAttribute, k: number, own: Contrast): string {
  if (own.mean) return type === "date" ? formatDate(answers[k].mean!) : short(answers[k].mean!);
  const { level: text } = mostMoved(own);
  return `${text}: ${percent(answers[k].levels!.find((l) => l.level === text)!.probability)}`;
}

function differenceOf({ type }: ComparedAttribute, own: Contrast): string {
  const text = own.mean ? signed : points;
  const { value, low, high }: EnsembleDifference = own.mean ?? mostMoved(own);
  const unit = !own.mean ? " percentage points" : type === "date" ? " days" : "";
  return `${text(value)}${unit}${low === undefined ? "" : ` [${text(low)}, ${text(high!)}]`}`;
}

/** A bar to the left or to the right of a line. */
function sides(share: number, width: number): [string, string] {
  const bar = "█".repeat(Math.round(Math.abs(share) * width));
  return share < 0 ? [bar, "│"] : ["", `│${bar}`];
}
