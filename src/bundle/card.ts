import { z } from "zod";
import { attributeTypes } from "../schema/schema.js";

/** NaN does not survive JSON: scores of attributes without held-out cells are null. */
const score = z.number().nullable();

/** Checked by `Marginals` of data/marginals.ts. */
const marginalsSchema = z.object({
  columns: z.array(z.object({ name: z.string(), cells: z.number(), quantiles: z.array(z.number()).readonly().optional(), shares: z.array(z.number()).readonly().optional(), rare: z.number().optional() })).readonly(),
  relations: z.array(z.object({ a: z.string(), b: z.string(), correlation: z.number() })).readonly(),
});

/** What a reader should know of a model: the data's shape, the settings, and how well held-out cells were predicted. */
export const cardSchema = z.object({
  /** Version of the program that trained it. */
  vhgm: z.string(),
  /** Versions of what ran it, for instance node and onnxruntime. */
  versions: z.record(z.string(), z.string()),
  /** Names of the tables, without their folders. */
  tables: z.array(z.string()),
  /** For several tables: what each gave. A row that joins several is counted in each; `weight` is the share of such rows in the loss. */
  sources: z.array(z.object({ name: z.string(), rows: z.number(), attributes: z.number(), observedCells: z.number(), weight: z.number() })).optional(),
  /** The source whose people an answer is about where little is given. */
  population: z.string().nullish(),
  rows: z.number(),
  /** Rows of the tables, where the model learned from a sample of them. */
  tableRows: z.number().optional(),
  attributes: z.number(),
  observedCells: z.number(),
  /** Columns that were set aside, with the reason. */
  setAside: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** Training settings, seed included. */
  options: z.record(z.string(), z.unknown()),
  /** none, prototypes or rows; `rows` means that the model holds cells of real people. */
  memory: z.enum(["none", "prototypes", "rows"]),
  /** Epoch whose weights each member kept. */
  epochs: z.array(z.number()),
  /** Held-out scores by attribute: error and baseline in standard deviations (numbers) or share of wrong modes (levels). */
  scores: z.array(z.object({ name: z.string(), cells: z.number(), error: score, baseline: score, nll: score })),
  /**
   * How densities agree with held-out cells, by type: coverage of central intervals and histogram of the probability integral
   * transform (numbers), reliability of probabilities (levels). The same cells chose weights and shapes. Absent in older models.
   */
  reliability: z
    .array(
      z.object({
        type: z.enum(attributeTypes),
        attributes: z.number(),
        cells: z.number(),
        coverage: z.array(z.object({ level: z.number(), share: z.number() })).readonly().optional(),
        pit: z.array(z.number()).readonly().optional(),
        bins: z.array(z.object({ predicted: z.number(), seen: z.number(), cells: z.number() })).readonly().optional(),
      }),
    )
    .readonly()
    .optional(),
  /** Quantiles or shares of each column of the training table, and its strongest relations (data/marginals.ts). Absent in older models. */
  marginals: marginalsSchema.optional(),
  /** How much the first member's latent says, in nats; absent without one (training/signatures.ts). */
  latent: z
    .object({ kl: z.number(), klPerCell: z.number(), units: z.number(), activeUnits: z.number(), components: z.number(), entropy: z.number(), mutualInformation: z.number(), gain: z.number().nullable() })
    .optional(),
  /** Loss per held-out cell with more cells hidden, by the training's masks and by others, and what exceeds the linear path's. */
  masks: z.array(z.object({ pattern: z.string(), loss: z.number(), gap: z.number(), standardError: z.number() })).optional(),
  /** What failed in the training, in sentences. */
  warnings: z.array(z.string()).optional(),
});
export type TrainingCard = z.infer<typeof cardSchema>;
