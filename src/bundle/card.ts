import { z } from "zod";

/** NaN does not survive JSON: scores of attributes without held-out cells are null. */
const score = z.number().nullable();

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
});
export type TrainingCard = z.infer<typeof cardSchema>;
