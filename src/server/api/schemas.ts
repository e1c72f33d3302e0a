/** What goes over the wire. The same schemas check requests, make the OpenAPI document and are held by tests against the answers. */
import { z } from "@hono/zod-openapi";
import { attributeTypes } from "../../schema/schema.js";

const probability = z.number().min(0).max(1);
const level = z.number().gt(0).lt(1);
/** Numbers, or levels and dates as texts. */
const value = z.union([z.number(), z.string()]);
const names = z.array(z.string().max(1000)).max(10_000);
const seed = z.int().min(0).max(4_294_967_295);

const cellSchema = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]).openapi({ description: "A number, a level, a date (YYYY-MM-DD), true or false for a yes-no attribute, or null for not measured." });
const givenSchema = z
  .record(z.string().max(1000), cellSchema)
  .openapi("Given", { description: "What is known of a person: attribute to value, in the attribute's unit." });

const levelField = level.default(0.9).openapi({ description: "Level of the intervals." });
const strictField = z.boolean().default(false).openapi({ description: "Withhold answers that assume independence of attributes never seen together." });
const fewestField = z.int().min(1).max(100).optional().openapi({ description: "Pairs seen in fewer people than this count as not seen together (default 20)." });

export const predictRequest = z
  .strictObject({
    given: givenSchema.optional(),
    ask: names.optional().openapi({ description: "Attributes to answer; all that are not given by default." }),
    level: levelField,
    quantiles: z.array(level).max(1000).optional().openapi({ description: "Probabilities of the quantiles that numbers come with." }),
    why: z.boolean().default(false).openapi({ description: "Adds what each answer rests on." }),
    strict: strictField,
    fewest: fewestField,
  })
  .openapi("PredictRequest");

export const compareRequest = z
  .strictObject({
    given: givenSchema.optional(),
    scenarios: z
      .array(z.strictObject({ name: z.string().min(1).max(200), given: givenSchema }))
      .min(2)
      .max(10)
      .openapi({ description: "A scenario's values replace or complete what is given." }),
    ask: names.optional(),
    level: levelField,
  })
  .openapi("CompareRequest");

export const nextRequest = z
  .strictObject({
    given: givenSchema.optional(),
    targets: names.min(1).max(20).openapi({ description: "Attributes that are to become more certain." }),
    candidates: names.optional().openapi({ description: "What could be measured; everything that is not given by default." }),
    top: z.int().min(1).max(1000).optional().openapi({ description: "How many measurements come back (default 10)." }),
  })
  .openapi("NextRequest");

/** What the options of a completion do. */
export const imputeAbout = {
  draws: "Joint draws per row, each a completed table; 0 gives the best point of each hole.",
  intervals: "Level of intervals that are added as columns.",
  why: "Adds, per filled column, on about how many similar people a cell rests.",
  seed: "Seed of the draws: the same as in vhgm impute.",
  key: "Column that names a person: draws then do not depend on the order of rows.",
  rounds: "Most passes per draw.",
  support: "Adds, per filled column, the share of the row's attributes that were seen together with it.",
  strict: "Leave cells empty whose answers assume independence of attributes never seen together.",
  fewest: "Pairs seen in fewer people than this count as not seen together (default 20).",
  table: "Name of the table's file: conversions of units that the dictionary has for this source alone then count, and messages name it.",
} as const;

/** Options of a completion: fields of the JSON request, and query parameters of the CSV one. */
const imputeOptions = {
  draws: z.int().min(0).max(100).default(0).openapi({ description: imputeAbout.draws }),
  intervals: level.optional().openapi({ description: imputeAbout.intervals }),
  why: z.boolean().default(false).openapi({ description: imputeAbout.why }),
  seed: seed.default(1).openapi({ description: imputeAbout.seed }),
  key: z.string().max(1000).optional().openapi({ description: imputeAbout.key }),
  rounds: z.int().min(1).max(1000).optional().openapi({ description: imputeAbout.rounds }),
  support: z.boolean().default(false).openapi({ description: imputeAbout.support }),
  strict: z.boolean().default(false).openapi({ description: imputeAbout.strict }),
  fewest: fewestField,
  table: z.string().min(1).max(300).optional().openapi({ description: imputeAbout.table }),
};
export const imputeRequest = z
  .strictObject({
    rows: z.array(z.record(z.string().max(1000), cellSchema)).min(1).openapi({ description: "Rows of the table: column to cell; null is a hole." }),
    ...imputeOptions,
  })
  .openapi("ImputeRequest");
/** Query parameters are texts. */
const flag = z.enum(["true", "false", "1", "0", ""]).transform((text) => text !== "false" && text !== "0");
const numeral = z.string().regex(/^-?\d+(\.\d+)?$/).transform(Number);
export const imputeQuery = z.strictObject({
  draws: numeral.pipe(imputeOptions.draws.unwrap()).optional(),
  intervals: numeral.pipe(level).optional(),
  why: flag.optional(),
  seed: numeral.pipe(seed).optional(),
  key: imputeOptions.key,
  rounds: numeral.pipe(imputeOptions.rounds.unwrap()).optional(),
  support: flag.optional(),
  strict: flag.optional(),
  fewest: numeral.pipe(fewestField.unwrap()).optional(),
  table: imputeOptions.table,
});

export const generateRequest = z
  .strictObject({
    rows: z.int().min(1).max(1_000_000_000).openapi({ description: "How many people; the server may take fewer at once." }),
    where: z.string().max(10_000).optional().openapi({ description: "What everybody has to meet, such as sex = 'F' and age >= 60." }),
    rounds: z.int().min(1).max(1000).optional().openapi({ description: "Passes per row; more keeps relations better." }),
    seed: seed.default(1),
    format: z.enum(["json", "csv", "texts"]).default("json").openapi({ description: "json: rows as objects; texts: rows as lists of cells as a CSV table has them, with the report; csv: a table alone." }),
  })
  .openapi("GenerateRequest");

// Answers

const supportSchema = z.strictObject({
  status: z.enum(["identified", "partly", "never seen together"]),
  neverWith: z.array(z.string()).openapi({ description: "Given attributes that it was not seen together with, at most five." }),
  more: z.int(),
  people: z.int().openapi({ description: "In how many people at most it was seen together with one of those." }),
  assumption: z.string().optional().openapi({ description: "What the answer assumes: the end of a sentence." }),
});

const answerFields = {
  name: z.string(),
  label: z.string().optional(),
  unit: z.string().optional(),
  type: z.enum(attributeTypes),
};

const answerSchema = z
  .strictObject({
    ...answerFields,
    applies: z.strictObject({ probability, rule: z.string() }).optional().openapi({ description: "How probable it is that the attribute applies to the person; the rest is conditional on that." }),
    support: supportSchema.optional(),
    withheld: z.string().optional().openapi({ description: "Why there are no numbers (strict)." }),
    mean: z.number().optional(),
    sd: z.number().min(0).optional(),
    quantiles: z.array(z.strictObject({ u: level, value })).optional(),
    median: value.optional(),
    interval: z.strictObject({ level, low: value, high: value }).optional(),
    mode: value.optional(),
    levels: z.array(z.strictObject({ level: z.string(), probability: z.number().min(0).max(1.000001) })).optional(),
    why: z
      .strictObject({
        similarPeople: z.number().min(0).nullable(),
        paths: z.strictObject({ linear: z.number(), similarPeople: z.number(), network: z.number(), trees: z.number().optional() }),
      })
      .optional(),
  })
  .openapi("Answer", { description: "The predictive distribution of one attribute, in its unit." });

const typicalitySchema = z.strictObject({
  meanSurprise: z.number().min(0).openapi({ description: "Mean surprise of the given values given each other: about 0.8 is typical, 2 is rare." }),
  unusual: z.array(z.strictObject({ name: z.string(), value: z.string(), percentile: probability })),
});

export const predictionSchema = z
  .strictObject({
    answers: z.array(answerSchema),
    typicality: typicalitySchema,
    notes: z.array(z.string()),
    population: z.string().optional(),
  })
  .openapi("Prediction");

const difference = { value: z.number(), low: z.number().optional(), high: z.number().optional() };
export const comparisonSchema = z
  .strictObject({
    level,
    members: z.int(),
    scenarios: z.array(z.strictObject({ name: z.string(), given: givenSchema, typicality: typicalitySchema, notes: z.array(z.string()) })),
    attributes: z.array(
      z.strictObject({
        ...answerFields,
        answers: z.array(answerSchema),
        contrasts: z.array(
          z.strictObject({
            scenario: z.string(),
            mean: z.strictObject(difference).optional(),
            levels: z.array(z.strictObject({ level: z.string(), ...difference })).optional(),
            sameRank: z.strictObject({ low: z.number(), median: z.number(), high: z.number(), shareHigher: probability }).optional(),
            size: z.number(),
          }),
        ),
        size: z.number(),
      }),
    ),
    notes: z.array(z.string()),
  })
  .openapi("Comparison", { description: "Differences of each scenario to the first, the largest first." });

export const measurementsSchema = z
  .strictObject({
    measurements: z.array(
      z.strictObject({
        name: z.string(),
        label: z.string().optional(),
        unit: z.string().optional(),
        gain: probability.openapi({ description: "Share of the targets' uncertainty that is expected to go." }),
        targets: z.array(z.strictObject({ name: z.string(), gain: probability })),
      }),
    ),
  })
  .openapi("Measurements", { description: "The measurement that tells most comes first." });

const rowSchema = z.record(z.string(), cellSchema);
export const imputationSchema = z
  .strictObject({
    columns: z.array(z.string()),
    tables: z.array(z.array(rowSchema)).openapi({ description: "Completed tables: one, or one per draw. Observed cells come back as they came." }),
    report: z.strictObject({
      rows: z.int(),
      filled: z.int(),
      blankRows: z.int().openapi({ description: "Rows without a single value of an attribute." }),
      left: z.int(),
      doNotApply: z.int(),
      undecided: z.int(),
      withheld: z.int(),
      contradictions: z.array(z.strictObject({ name: z.string(), condition: z.string(), count: z.int() })),
      unknownLevels: z.array(z.strictObject({ name: z.string(), text: z.string(), count: z.int() })),
      beyond: z.array(z.strictObject({ name: z.string(), count: z.int(), first: z.string(), min: z.string().optional(), max: z.string().optional() })),
      absent: z.array(z.string()),
      extra: z.array(z.string()),
      untouched: z.array(z.strictObject({ name: z.string(), holes: z.int() })),
      repeatedKey: z.string().optional().openapi({ description: "A key of several rows: their draws rest on the same random numbers." }),
    }),
  })
  .openapi("Imputation");

const alike = { score: z.number(), chance: z.number() };
const likenessSchema = z
  .strictObject({
    rows: z.int().openapi({ description: "Invented people who were compared." }),
    shapes: z.strictObject(alike).nullable().openapi({ description: "Mean likeness of single columns, 1 for the same, and what rows drawn from the training table would come to." }),
    columns: z.array(z.strictObject({ name: z.string(), ...alike })).openapi({ description: "The least alike first." }),
    relations: z.strictObject({ difference: z.number(), chance: z.number(), count: z.int() }).nullable(),
    pairs: z.array(z.strictObject({ a: z.string(), b: z.string(), trained: z.number(), invented: z.number() })).openapi({ description: "Rank correlations, the largest differences first." }),
  })
  .openapi("Likeness", { description: "Invented people beside what the model remembers of its training table; absent under a condition, and for models of older programs." });

const generateReport = z.strictObject({
  rounds: z.int(),
  unlearned: z.array(z.string()),
  where: z
    .strictObject({
      condition: z.string(),
      share: z.number().openapi({ description: "Estimated share of the learned population that meets the condition." }),
      exact: z.boolean(),
      drawn: z.number(),
      effective: z.number().openapi({ description: "About how many rows are independent as to what the condition names." }),
    })
    .optional(),
});
export const generatedSchema = z
  .strictObject({ columns: z.array(z.string()), rows: z.array(rowSchema), report: generateReport, likeness: likenessSchema.optional() })
  .openapi("Generated");
export const generatedTextsSchema = z
  .strictObject({ columns: z.array(z.string()), rows: z.array(z.array(z.string())), report: generateReport })
  .openapi("GeneratedTexts", { description: "Rows of cells as a CSV table has them, \"\" for a hole." });

const attributeFields = {
  ...answerFields,
  levels: z.array(z.string()).optional(),
  resolution: z.number().optional().openapi({ description: "Step in which numbers are recorded." }),
  range: z.strictObject({ low: z.number(), high: z.number() }).optional().openapi({ description: "Numbers: what was learned from; dates in days since 1970-01-01." }),
  appliesWhen: z.string().optional(),
  equals: z.string().optional(),
  aliases: z.array(z.string()).optional(),
  missing: z.array(z.string()).optional().openapi({ description: "Cell texts that mean missing, besides an empty cell, NA and a point." }),
  conversions: z
    .array(z.strictObject({ column: z.string(), source: z.string().optional(), multiply: z.number().optional(), add: z.number().optional() }))
    .optional()
    .openapi({ description: "Columns that hold the attribute in another unit: its value is multiply * value in the column + add." }),
  decimal: z.enum([".", ","]).optional().openapi({ description: "Decimal sign of the numbers in a table's cells; a point if absent." }),
  learned: z.boolean().openapi({ description: "Whether the model has seen a value." }),
  score: z
    .strictObject({ cells: z.int(), error: z.number().nullable(), baseline: z.number().nullable(), nll: z.number().nullable() })
    .optional()
    .openapi({ description: "How well held-out cells were predicted: error and baseline in standard deviations (numbers) or share of wrong levels." }),
};
export const attributeSchema = z.strictObject(attributeFields).openapi("Attribute");

export const attributesSchema = z
  .strictObject({ total: z.int(), offset: z.int(), limit: z.int(), attributes: z.array(attributeSchema) })
  .openapi("Attributes");

/** `marginal`: its distribution where nothing is given; null where the model has seen no value. */
export const attributeDetailSchema = z.strictObject({ ...attributeFields, marginal: z.union([answerSchema, z.null()]) }).openapi("AttributeDetail");

export const modelSchema = z
  .strictObject({
    name: z.string(),
    attributes: z.int(),
    learned: z.int().openapi({ description: "Attributes of which the model has seen a value." }),
    types: z.record(z.string(), z.int()).openapi({ description: "How many attributes of each type." }),
    members: z.int(),
    downloadable: z.boolean().openapi({ description: "Whether /v1/bundle gives the model's file." }),
    never: z
      .strictObject({
        allPairs: z.int(),
        pairs: z.int(),
        blocks: z.array(z.strictObject({ a: z.array(z.string()), b: z.array(z.string()), pairs: z.int() })),
      })
      .nullable()
      .openapi({ description: "Pairs of attributes that nobody in the training tables showed together: every attribute of a with every one of b. Null for models that did not count." }),
    card: z.record(z.string(), z.unknown()).openapi({
      description: "The training card without the scores of each attribute, which are at /v1/attributes, and without the columns' marginals, which are at /v1/marginals. reliability: how densities agree with held-out cells, by type.",
    }),
  })
  .openapi("Model");

export const marginalsSchema = z
  .strictObject({
    columns: z
      .array(z.strictObject({ name: z.string(), cells: z.int(), quantiles: z.array(z.number()).optional(), shares: z.array(z.number()).optional(), rare: z.number().optional() }))
      .openapi({ description: "Per attribute of the training table: numbers have n quantiles at k / (n + 1), levels their shares, 0 for levels of fewer than five people, who are rare in all." }),
    relations: z.array(z.strictObject({ a: z.string(), b: z.string(), correlation: z.number() })).openapi({ description: "The strongest rank correlations, the strongest first." }),
  })
  .openapi("Marginals", { description: "What the model remembers of its training table without any row." });

export const modelsSchema = z
  .strictObject({ models: z.array(z.strictObject({ name: z.string(), default: z.boolean(), attributes: z.int(), rows: z.int() })) })
  .openapi("Models");

export const healthSchema = z.strictObject({ status: z.enum(["ok"]) }).openapi("Health");
export const readySchema = z.strictObject({ status: z.enum(["ready"]), workers: z.int(), waiting: z.int() }).openapi("Ready");

export const attributesQuery = z.strictObject({
  search: z.string().max(200).optional(),
  type: z.enum(attributeTypes).optional(),
  unit: z.string().max(100).optional(),
  limit: numeral.pipe(z.int().min(1).max(500)).default(50),
  offset: numeral.pipe(z.int().min(0).max(1_000_000)).default(0),
});
