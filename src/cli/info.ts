import type { Command } from "commander";
import { stringify } from "yaml";
import type { Bundle } from "../bundle/bundle.js";
import { neverTogether } from "../bundle/neverTogether.js";
import { readBundle } from "../bundle/node/files.js";
import { resolveOptions, trainingDefaults, type TrainingOptions } from "../training/options.js";
import { examples, jsonFlag } from "./flags.js";
import { attributeScale, attributeScores, calibrationSummary, rowsLearned } from "./scores.js";
import { print, printJson } from "./terminal.js";
import { count, counted, layTable, listed, percent } from "./text.js";
import { memoryMeaning, privacyWarning } from "./warnings.js";

export function addInfo(program: Command): void {
  const command = program
    .command("info")
    .summary("what a model is: its table, attributes, scores and settings")
    .description("Show a model's card: what it learned from, its attributes, and how well cells that it did not see were predicted.")
    .argument("<model>", "model of vhgm train");
  examples(jsonFlag(command), "vhgm info cohort.vhgm", "vhgm info cohort.vhgm --json").action(info);
}

async function info(path: string, { json }: { readonly json?: boolean }): Promise<void> {
  const bundle = await readBundle(path);
  const warning = privacyWarning(path, bundle);
  if (json) printJson({ card: bundle.card, ...(warning ? { warning } : {}), attributes: attributeScores(bundle).map(({ attribute, score }) => ({ ...attribute, score: score ?? null })), rules: rulesOf(bundle), neverTogether: neverTogether(bundle) });
  else print([describe(path, bundle), ...(warning ? ["", warning] : [])].join("\n"));
}

/** The dictionary's rules: to whom which attribute applies. */
const rulesOf = ({ schema }: Bundle): { name: string; appliesWhen: string }[] =>
  schema.attributes.flatMap(({ name, role, applies_when }) => (role === "attribute" && applies_when !== undefined ? [{ name, appliesWhen: applies_when }] : []));

const mostBlocks = 6;

/** Which attributes were never seen together, the largest blocks first. */
function describeNeverTogether(bundle: Bundle): string[] {
  const found = neverTogether(bundle);
  if (!found || found.pairs === 0) return [];
  const side = (names: readonly string[]): string => (names.length === 1 ? names[0] : `${listed(names, 3)} (${count(names.length)})`);
  return [
    "",
    `${counted(found.pairs, "pair")} of attributes, of ${count(found.allPairs)}, ${found.pairs === 1 ? "was" : "were"} never seen together in one person: answers across them assume independence given the rest.`,
    ...found.blocks.slice(0, mostBlocks).map(({ a, b, pairs }) => `  ${side(a)} x ${side(b)}: ${counted(pairs, "pair")}`),
    ...(found.blocks.length > mostBlocks ? [`  and ${counted(found.blocks.length - mostBlocks, "smaller block")} (--json lists them)`] : []),
  ];
}

/** Settings that are told elsewhere in the description. */
const toldElsewhere = ["seed", "network", "members", "memory", "population"];

/** Settings that are not what a table like this one is learned with when nothing is said, as `--config` takes them. */
function describeSettings({ card, model: { layout } }: Bundle): string[] {
  const { network, latent } = { ...trainingDefaults, ...(card.options as Partial<TrainingOptions>) };
  const table = { columns: layout.columns.length, features: layout.features, sources: card.sources?.length };
  const usual: Readonly<Record<string, unknown>> = resolveOptions({ ...trainingDefaults, network, latent }, table);
  const others = Object.entries(card.options).filter(([name, value]) => !toldElsewhere.includes(name) && name in usual && JSON.stringify(value) !== JSON.stringify(usual[name]));
  const written = others.map(([name, value]) => `${name}: ${stringify(value, { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 }).trimEnd()}`);
  return written.length > 0 ? [`Settings other than by default: ${written.join(", ")}.`] : [];
}

/** Trees on top of the network, of models that hold cells of real people. */
function describeTrees({ model: { forest, columns } }: Bundle): string[] {
  const grown = columns.filter((_, j) => forest?.[j]);
  if (grown.length === 0) return [];
  const share = grown.reduce((sum, { trees = 0 }) => sum + trees, 0) / grown.length;
  return [`Trees: of ${counted(grown.length, "attribute")}; their share in an answer is ${Math.round(100 * share)}% on average.`];
}

/** What each source gave, and whose people answers are about. */
function describeSources({ sources = [], population }: Bundle["card"]): string[] {
  if (sources.length === 0) return [];
  const rows = sources.map(({ name, rows, attributes, observedCells, weight }) => [name, count(rows), count(attributes), count(observedCells), percent(weight)]);
  const numbers = ["rows", "attributes", "cells", "weight"].map((title) => ({ title, align: "right" as const }));
  return ["", layTable([{ title: "source", most: 32 }, ...numbers], rows), `Where little is given, answers are about people of ${population}.`];
}

/** How much the latent says, in a sentence. */
function describeLatent({ latent, options }: Bundle["card"]): string[] {
  if (!latent) return [];
  const { kl, klPerCell, units, activeUnits, components, mutualInformation } = latent;
  const parts = [
    ...(units > 0 ? [`${activeUnits} of ${units} units active`] : []),
    ...(components > 0 ? [`${components} components that tell ${mutualInformation.toFixed(2)} nats about a person`] : []),
  ];
  return [`Latent ${String(options.latent)}: ${parts.join(", ")}; divergence from its prior ${kl.toFixed(2)} nats a person, ${klPerCell.toFixed(3)} a visible cell.`];
}

function describe(path: string, bundle: Bundle): string {
  const { card } = bundle;
  const { seed, network, members } = card.options as { seed?: number; network?: string; members?: number };
  const rows = attributeScores(bundle).map(({ attribute, kind, score }) => {
    const known = score && score.error !== null && score.baseline !== null ? { error: score.error, baseline: score.baseline } : undefined;
    const written = (x: number | undefined): string => (x === undefined ? "" : kind === "number" ? `${x.toFixed(3)} sd` : percent(x));
    const gain = known && known.baseline > 0 ? percent(1 - known.error / known.baseline) : "";
    return [attribute.name, attribute.type, attributeScale(attribute), written(known?.error), written(known?.baseline), gain, count(score?.cells ?? 0)];
  });
  const table = layTable(
    [
      { title: "attribute", most: 32 },
      { title: "type" },
      { title: "unit or levels", most: 36 },
      { title: "error", align: "right" },
      { title: "baseline", align: "right" },
      { title: "better by", align: "right" },
      { title: "cells", align: "right" },
    ],
    rows,
  );
  const rules = rulesOf(bundle);
  const aside = card.setAside.map(({ name, reason }) => `  ${name}: ${reason}`);
  return [
    `${path}: ${counted(card.attributes, "attribute")} learned from ${rowsLearned(card)} of ${card.tables.join(", ")}, ${counted(card.observedCells, "cell")} with a value.`,
    `Trained by vhgm ${card.vhgm} (${Object.entries(card.versions).map(([name, version]) => `${name} ${version}`).join(", ")}): network ${network ?? "?"}, ${counted(members ?? 1, "member")}, seed ${seed ?? "?"}; weights of epoch ${card.epochs.join(", ")}.`,
    `Memory: ${memoryMeaning[card.memory]}.`,
    ...describeSettings(bundle),
    ...describeTrees(bundle),
    ...describeLatent(card),
    ...(card.warnings ?? []),
    ...describeSources(card),
    "",
    "Error on held-out cells: root mean squared, in standard deviations, for numbers; share of wrong levels for the others.",
    "Baseline: the same when the mean or the commonest level is filled in.",
    "",
    table,
    ...calibrationSummary(bundle).flatMap((sentence) => ["", sentence]),
    ...(rules.length > 0 ? ["", "Rules:", ...rules.map(({ name, appliesWhen }) => `  ${name} applies only where ${appliesWhen}`)] : []),
    ...describeNeverTogether(bundle),
    ...(aside.length > 0 ? ["", "Set aside:", ...aside] : []),
  ].join("\n");
}
