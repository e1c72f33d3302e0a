import type { Attribute } from "../schema/schema.js";

/** What schema.json says of one attribute: a column of `values` and `completed`. */
export interface ExportedAttribute
  extends Pick<Attribute, "name" | "label" | "unit" | "type" | "levels" | "resolution" | "min" | "max" | "decimal" | "missing" | "aliases" | "conversions" | "applies_when" | "equals" | "less_than"> {
  /** Place among the attributes in the model's own order, which the order of draws starts from. */
  readonly place: number;
  /** Numbers: place on the second axis of mean, sd, quantiles and density. */
  readonly number?: number;
  /** Numbers: the grid's cells, in the order of density's third axis. */
  readonly cells?: { readonly lo: readonly number[]; readonly hi: readonly number[]; readonly center: readonly number[] };
  /** Attributes with levels: where their probabilities begin on the second axis of `probabilities`; one per level, in order. */
  readonly firstProbability?: number;
}

/** schema.json of an exported model. */
export interface ExportedSchema {
  readonly format: "vhgm-onnx";
  readonly version: 1;
  readonly graph: "model.onnx";
  readonly input: { readonly name: "values"; readonly type: "float64"; readonly shape: readonly (number | string)[]; readonly unknown: "NaN" };
  readonly outputs: readonly string[];
  /** Probabilities of the third axis of `quantiles`. */
  readonly quantiles: readonly number[];
  readonly attributes: readonly ExportedAttribute[];
  /** Attributes of the dictionary of which no cell was observed: they are no columns. */
  readonly unknownAttributes: readonly string[];
  /** Networks that the answers average over, times the draws of a latent. `vhgm impute -m` draws from one at a time, the graph gives the average. */
  readonly members: number;
  /** Names of the attributes that `vhgm generate` draws in each of its rounds; absent where the caller of `exportFiles` gave none. */
  readonly rounds?: readonly (readonly string[])[];
}
