import { basename } from "node:path";
import type { Command } from "commander";
import { readBundle } from "../bundle/node/files.js";
import type { Device } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { parseGraph } from "../inference/intervene/graph.js";
import { intervene, type Intervention } from "../inference/intervene/intervene.js";
import type { IntervenedAttribute, Outcome } from "../inference/intervene/outcomes.js";
import { openPredictor } from "../inference/predictor.js";
import { formatDate } from "../schema/values.js";
import { readNames, texts } from "./attributeNames.js";
import { deviceFlag, examples, jsonFlag, level, seed, whole } from "./flags.js";
import { readAssignments, readGiven } from "./given.js";
import { print, printJson } from "./terminal.js";
import { layTable, percent, points, screenWidth, short, signed } from "./text.js";
import { readText } from "./trainingFlags.js";

interface Flags {
  readonly graph: string;
  readonly do: readonly string[];
  readonly against?: readonly string[];
  readonly given: string;
  readonly ask?: string[];
  readonly level: number;
  readonly draws: number;
  readonly seed: number;
  readonly device: Device;
  readonly json?: boolean;
}

export function addIntervene(program: Command): void {
  const command = program
    .command("intervene")
    .summary("what if everybody were set to a value, by a causal graph that you bring?")
    .description(
      "Average outcomes under an intervention, by the g-formula on a causal graph of yours: attributes are simulated in the\n" +
        "graph's order from their distribution given their parents alone, those of --do being fixed. The graph is taken as given.",
    )
    .argument("<model>", "model of vhgm train")
    .requiredOption("--graph <graph>", "causal graph in DOT or JSON, or a file with one; its nodes are attributes of the model")
    .requiredOption("--do <name=value>", "an attribute and the value that it is set to; can be given several times", texts)
    .option("--against <name=value>", "another value of the same attribute, against which --do is held", texts)
    .option("--given <json>", "what is known of the people beside, before the intervention: a JSON object, @FILE, or -", "{}")
    .option("--ask <names>", "nodes to answer (default: all that the intervention acts on)", texts)
    .option("--level <number>", "level of the intervals", level, 0.9)
    .option("--draws <number>", "simulated people", whole(50, 1_000_000), 2000)
    .option("--seed <number>", "the same seed gives the same people", seed, 1);
  jsonFlag(deviceFlag(command));
  examples(
    command,
    "vhgm intervene cohort.vhgm --graph causes.dot --do smoking=never --against smoking=current",
    "vhgm intervene cohort.vhgm --graph 'digraph { age -> {smoking systolic}; smoking -> systolic }' --do smoking=never",
    `vhgm intervene cohort.vhgm --graph causes.json --do exercise=yes --against exercise=no --given '{"age": 60}' --ask weight`,
  ).action(run);
}

async function run(model: string, flags: Flags): Promise<void> {
  const bundle = await readBundle(model);
  const inline = /^\s*(\{|(strict\s+)?(di)?graph\b[^./\\]*\{)/.test(flags.graph);
  const graph = inline ? parseGraph(flags.graph, "--graph") : parseGraph(await readText(flags.graph), basename(flags.graph));
  const given = await readGiven(flags.given);
  const action = readAssignments(flags.do, bundle.schema, "--do");
  const against = flags.against && readAssignments(flags.against, bundle.schema, "--against");
  const ask = flags.ask && readNames(flags.ask, bundle.schema, "--ask");
  const predictor = await openPredictor(bundle.model, openSession, { device: flags.device });
  try {
    const result = await intervene(predictor, bundle.schema, graph, action, { given, against, ask, level: flags.level, draws: flags.draws, seed: flags.seed });
    if (flags.json) printJson(result);
    else print(describeIntervention(result));
  } finally {
    await predictor.close();
  }
}

/** An intervention's answer for a person to read. */
export function describeIntervention(result: Intervention): string {
  const named = (set: Intervention["do"]): string => `do(${Object.entries(set).map(([name, value]) => `${name} = ${String(value)}`).join(", ")})`;
  const { against } = result;
  const rows = result.attributes.flatMap((attribute) => rowsOf(attribute, against !== undefined));
  const columns = [
    { title: "attribute", most: 40 },
    { title: named(result.do), align: "right" as const },
    ...(against ? [{ title: named(against), align: "right" as const }, { title: "effect ± simulation error", align: "right" as const }, { title: "association", align: "right" as const }] : []),
  ];
  return [
    layTable(columns, rows, screenWidth()),
    [`Simulated people: ${result.draws}.`, ...result.notes.map((note) => `Note: ${note}`), ...(against ? ["Note: association is what people show who merely have these values; it differs from the effect by what the graph adjusts for."] : [])].join("\n"),
  ].join("\n\n");
}

/** What is less than this is the rounding of sums: the network computes with seven digits, means with sixteen. */
const negligible = (...outcomes: readonly (Outcome | undefined)[]): number =>
  Math.max(...outcomes.map((outcome) => 1e-6 * (outcome?.sd ?? 0) + 1e-12 * Math.abs(outcome?.mean ?? 0)));

function rowsOf(attribute: IntervenedAttribute, compared: boolean): string[][] {
  const { name, label, unit, type, under, against, effect, association } = attribute;
  const title = `${label ?? name}${unit ? `, ${unit}` : ""}`;
  const nobody = "does not apply";
  const levels = under.levels ?? against?.levels;
  if (!levels) {
    const single = Array.isArray(effect) ? undefined : (effect as { value: number; error: number } | undefined);
    const value = ({ mean: x }: Outcome): string => (x === undefined ? nobody : type === "date" ? formatDate(x) : short(x));
    const days = type === "date" ? " days" : "";
    const seen = (x: number): number => (Math.abs(x) < negligible(under, against) ? 0 : x);
    return [[title, value(under), ...(compared ? [value(against!), single ? `${signed(seen(single.value))} ± ${short(seen(single.error))}${days}` : "", typeof association === "number" ? signed(seen(association)) + days : ""] : [])]];
  }
  return levels.map(({ level: text }, k) => {
    const own = Array.isArray(effect) ? (effect[k] as { value: number; error: number }) : undefined;
    const associated = Array.isArray(association) ? `${points((association[k] as { value: number }).value)} percentage points` : "";
    const value = (outcome: Outcome): string => (outcome.levels ? percent(outcome.levels[k].probability) : nobody);
    return [`${k === 0 ? title : ""} ${text}`, value(under), ...(compared ? [value(against!), own ? `${points(own.value)} ± ${(100 * own.error).toFixed(1)} percentage points` : "", associated] : [])];
  });
}
