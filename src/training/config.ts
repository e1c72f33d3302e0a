import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { VhgmError } from "../base/errors.js";
import { latentForms } from "../model/latent.js";
import { maskingNames, otherParameters } from "../model/masking/index.js";
import { firstIssue, issuePath, offsetOf, type Issue } from "../schema/locate.js";
import { namesNear, nearNames } from "../schema/nearNames.js";
import { quoteValue } from "../schema/suggest.js";
import { betaSchedules } from "./annealing.js";
import { memoryModes, pathNames, trainingDefaults, type TrainingOptions } from "./options.js";

const count = (most: number) => z.int().min(1).max(most);
const share = z.number().min(0).max(1);

/** What a training configuration file may hold: any of the options, each in its range. */
export const trainingConfigSchema = z
  .strictObject({
    seed: z.int().min(0).max(4294967295),
    memory: z.enum(memoryModes),
    members: count(100),
    bootstrap: z.boolean(),
    heldOut: z.number().min(0.01).max(0.5),
    network: z.enum(["auto", "mlp", "transformer", "set"]),
    paths: z.array(z.enum(pathNames)).min(1),
    stacking: z.enum(["held-out", "average"]),
    width: count(4096).nullable(),
    depth: count(64),
    heads: count(64),
    dropout: z.number().min(0).max(0.9),
    memoryHeads: count(64),
    trees: z.int().min(0).max(1000),
    memoryLoss: z.number().min(0).max(100),
    memoryRows: count(1_000_000),
    latents: count(1024),
    queriesSeeTokens: z.boolean(),
    queries: count(4096),
    batch: count(65_536),
    epochs: count(1_000_000).nullable(),
    steps: count(100_000_000).nullable(),
    extension: z.number().min(1).max(1000).nullable(),
    learningRate: z.number().positive().max(1).nullable(),
    weightDecay: z.number().min(0).max(10).nullable(),
    average: z.number().min(0).max(0.999999),
    rarity: z.number().min(0).max(10),
    patience: share,
    mask: z
      .array(
        z
          .strictObject({
            strategy: z.enum(maskingNames as [string, ...string[]]),
            weight: z.number().positive(),
            parameters: z.array(z.number()).optional(),
          })
          .check(({ value: { strategy, parameters = [] }, issues }) => {
            const message = otherParameters(strategy, parameters);
            if (message !== undefined) issues.push({ code: "custom", message, input: parameters, path: ["parameters"] });
          }),
      )
      .min(1)
      .nullable(),
    stages: z.union([z.literal(1), z.literal(2), z.literal("auto")]),
    sourceWeight: share,
    population: z.string().min(1).nullable(),
    latent: z.enum(latentForms),
    latentWidth: count(1024),
    latentComponents: count(1024),
    latentDraws: count(256),
    latentPoint: z.enum(["mixture", "plug-in"]),
    beta: z.strictObject({
      schedule: z.enum(betaSchedules),
      value: z.number().min(0).max(1000),
      warmup: share.default(trainingDefaults.beta.warmup),
      cycles: count(1000).default(trainingDefaults.beta.cycles),
    }),
    temperature: z.strictObject({ start: z.number().positive().max(100), end: z.number().positive().max(100) }),
    visibleLoss: z.number().min(0).max(100).nullable(),
  })
  .partial();

export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

// The schema and the options' type must name the same fields.
({}) satisfies Record<Exclude<keyof TrainingOptions, keyof TrainingConfig>, never>;

/**
 * Reads a training configuration in YAML or JSON.
 * @throws VhgmError "usage" naming file, line and field of the first mistake, and what is allowed
 */
export function parseTrainingConfig(text: string, fileName: string): TrainingConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fail = (offset: number | undefined, message: string): never => {
    const line = offset === undefined ? "" : `, line ${lines.linePos(offset).line}`;
    throw new VhgmError("usage", `${fileName}${line}: ${message}.`);
  };
  const [syntaxError] = document.errors;
  if (syntaxError) fail(syntaxError.pos[0], `the text is not valid YAML (${syntaxError.message.replace(/\.$/, "")})`);
  const raw: unknown = document.toJS() ?? {};
  const result = trainingConfigSchema.safeParse(raw);
  if (result.success) return result.data;
  const issue = firstIssue(document, result.error.issues);
  return fail(offsetOf(document, issuePath(issue)), describe(issue, raw));
}

/** @throws VhgmError "usage" naming the first option that is none, out of its range or absent, and what is allowed */
export function checkOptions(options: TrainingOptions): void {
  const { error } = trainingConfigSchema.safeParse(options);
  if (error) throw new VhgmError("usage", `Of the training's options, ${describe(error.issues[0], options)}.`);
  const absent = (Object.keys(trainingDefaults) as (keyof TrainingOptions)[]).find((name) => options[name] === undefined);
  if (absent !== undefined) throw new VhgmError("usage", `Of the training's options, ${absent} is absent; all are needed, as in { ...trainingDefaults, members: 2 }.`);
}

function describe(issue: Issue, raw: unknown): string {
  const path = issuePath(issue);
  const name = path.length > 0 ? path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("").replace(/^\./, "") : "the configuration";
  if (issue.code === "unrecognized_keys") {
    const allowed = fieldsOf(path);
    const given = String(path.at(-1));
    // Of a few names that are listed, nobody needs to be shown the nearest.
    const near = allowed.length > 8 && namesNear(given, allowed).length > 0 ? `${nearNames(given, allowed)}; ` : "";
    return `there is no setting '${given}'; ${near}allowed are ${allowed.join(", ")}`;
  }
  const given = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], raw);
  return `${name} ${given === undefined ? "is absent" : `is ${quoteValue(given)}`}; ${allowed(issue)}`;
}

/** Settings that the object at a path may hold. */
function fieldsOf([name, ...below]: readonly PropertyKey[]): string[] {
  if (below.length === 0) return Object.keys(trainingConfigSchema.shape);
  if (name === "mask") return ["strategy", "weight", "parameters"];
  return Object.keys(name === "beta" ? trainingDefaults.beta : trainingDefaults.temperature);
}

function allowed(issue: Issue): string {
  switch (issue.code) {
    case "invalid_value":
      return `allowed are ${issue.values.join(", ")}`;
    case "invalid_type":
      return issue.expected === "int" ? "it must be a whole number" : `it must be ${kinds[issue.expected] ?? issue.expected}`;
    case "too_small":
      return issue.origin === "array" ? "it must not be empty" : `it must be ${issue.inclusive ? "at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return `it must be at most ${issue.maximum}`;
    case "invalid_union":
      return "allowed are 1, 2, auto";
    default:
      return issue.message;
  }
}

const kinds: Readonly<Record<string, string>> = { boolean: "true or false", object: "a list of settings, one 'name: value' per line", array: "a list", string: "a text", number: "a number" };
