import type { Layout } from "../data/layout.js";
import { ops, type Parameters, type Tensor } from "../engine/index.js";
import { logVarianceRange } from "./blocks.js";

export interface TransformerConfig {
  readonly kind: "transformer";
  /** Width d of a token. */
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
}

interface TokenInputs {
  readonly x: Tensor; // (B, D) visible features
  readonly visible: Tensor; // (B, p)
  readonly bits: Tensor; // (B, D) visible bits per feature
  readonly linear: Tensor; // (B, D) the linear path's prediction
  readonly memory: Tensor | null; // (B, D) the row memory's
  /** Pieces of the batch that attention takes one after the other; 1 if not said. */
  readonly pieces?: number;
}

/** Bytes of attention weights that a piece of the batch may have: what a core's cache holds beside their gradients. */
const pieceBytes = 2 ** 21;

/** The fewest equal pieces of a batch of which none has more attention weights than the cache holds. */
export function attentionPieces(batch: number, columns: number, heads: number): number {
  const needed = (4 * batch * heads * columns ** 2) / pieceBytes;
  for (let pieces = Math.ceil(needed); pieces < batch; pieces++) if (batch % pieces === 0) return pieces;
  return needed > 1 ? batch : 1;
}

/** Declares the masked transformer: one token per column, pre-norm blocks, one output vector per feature. */
export function declareTransformer(params: Parameters, layout: Layout, { width: d, depth }: TransformerConfig, memory: boolean): void {
  const p = layout.columns.length;
  const fan = 1 / Math.sqrt(d);
  params.declare("token.column", [p, d], { normal: 0.5 });
  params.declare("token.mask", [p, d], { normal: 0.1 });
  for (const source of ["value", "linear", ...(memory ? ["memory"] : [])]) {
    layout.groups.forEach(({ count, width }, i) => params.declare(`token.${source}.${i}`, [count, width, d], { normal: source === "value" ? 0.5 : 0.3 }));
  }
  for (let l = 0; l < depth; l++) {
    for (const norm of ["norm1", "norm2"]) {
      params.declare(`block${l}.${norm}.scale`, [d], { fill: 1 });
      params.declare(`block${l}.${norm}.shift`, [d], { fill: 0 });
    }
    for (const name of ["query", "key", "value"]) params.declare(`block${l}.${name}`, [d, d], { normal: 0.6 * fan });
    params.declare(`block${l}.out`, [d, d], { normal: 0.2 * fan });
    params.declare(`block${l}.up`, [d, 2 * d], { normal: 0.6 * fan });
    params.declare(`block${l}.up.bias`, [2 * d], { fill: 0 });
    params.declare(`block${l}.down`, [2 * d, d], { normal: 0.15 * fan });
    params.declare(`block${l}.down.bias`, [d], { fill: 0 });
  }
  params.declare("final.scale", [d], { fill: 1 });
  params.declare("final.shift", [d], { fill: 0 });
  layout.groups.forEach(({ count, width }, i) => params.declare(`head.${i}`, [count, d, width], { normal: 0.5 * fan }));
  params.declare("head.bias", [layout.features], { fill: 0 });
  if (layout.numbers > 0) {
    params.declare("head.variance", [layout.numbers, d, 1], { normal: 0.01 });
    params.declare("head.variance.bias", [layout.numbers], { fill: -0.5 });
  }
}

/**
 * Masked transformer over columns. A hidden cell's token carries no value, only the mask vector and what the linear path
 * and the row memory predict there; a hole and a cell hidden for training look the same.
 * @returns the columns' tokens (B, p, d)
 */
export function encodeTokens(layout: Layout, config: TransformerConfig, get: (name: string) => Tensor, inputs: TokenInputs): Tensor {
  const { depth, heads } = config;
  const g = inputs.x.graph;
  const p = layout.columns.length;
  const { pieces } = inputs;
  const one = g.constant(1);
  const hiddenColumns = ops.reshape(ops.sub(one, inputs.visible), ["B", p, 1]);
  const hiddenBits = ops.sub(one, inputs.bits);
  let h = ops.add(ops.mul(hiddenColumns, get("token.mask")), get("token.column")); // (B, p, d)
  h = ops.add(h, embed(layout, get, "value", inputs.x));
  h = ops.add(h, embed(layout, get, "linear", ops.mul(inputs.linear, hiddenBits)));
  if (inputs.memory) h = ops.add(h, embed(layout, get, "memory", ops.mul(inputs.memory, hiddenBits)));

  for (let l = 0; l < depth; l++) {
    const norm = (t: Tensor, name: string): Tensor => ops.layerNorm(t, get(`block${l}.${name}.scale`), get(`block${l}.${name}.shift`));
    const n1 = norm(h, "norm1");
    const projected = (name: string): Tensor => ops.matmul(n1, get(`block${l}.${name}`));
    const mixed = ops.attention(projected("query"), projected("key"), projected("value"), heads, { pieces }); // (B, p, d)
    const attended = ops.matmul(mixed, get(`block${l}.out`));
    h = ops.add(h, attended);
    const up = ops.silu(ops.add(ops.matmul(norm(h, "norm2"), get(`block${l}.up`)), get(`block${l}.up.bias`)));
    h = ops.add(h, ops.add(ops.matmul(up, get(`block${l}.down`)), get(`block${l}.down.bias`)));
  }
  return ops.layerNorm(h, get("final.scale"), get("final.shift"));
}

/** Reads each column's prediction off its token (B, p, d): logits (B, D) to be added to the other paths', logVariance (B, N). */
export function readTokens(layout: Layout, get: (name: string) => Tensor, tokens: Tensor): { logits: Tensor; logVariance: Tensor } {
  const byColumn = ops.transpose(tokens, [1, 0, 2]); // (p, B, d)
  const pieces = ops.split(byColumn, layout.groups.map((group) => group.count), 0);
  const outputs = pieces.map((piece, i) => {
    const { count, width } = layout.groups[i];
    const block = ops.matmul(piece, get(`head.${i}`)); // (count, B, width)
    return ops.reshape(ops.transpose(block, [1, 0, 2]), ["B", count * width]);
  });
  const logits = ops.add(ops.concat(outputs, -1), get("head.bias"));
  return { logits, logVariance: variances(layout, get, byColumn, logits) };
}

/** Value vectors of all columns: each column's features times its own (width, d) table -> (B, p, d). */
function embed(layout: Layout, get: (name: string) => Tensor, source: string, x: Tensor): Tensor {
  const parts = ops.split(x, layout.groups.map((group) => group.count * group.width), -1).map((part, i) => {
    const { count, width } = layout.groups[i];
    const blocks = ops.transpose(ops.reshape(part, ["B", count, width]), [1, 0, 2]); // (count, B, width)
    return ops.matmul(blocks, get(`token.${source}.${i}`)); // (count, B, d)
  });
  return ops.transpose(ops.concat(parts, 0), [1, 0, 2]);
}

function variances(layout: Layout, get: (name: string) => Tensor, byColumn: Tensor, logits: Tensor): Tensor {
  const n = layout.numbers;
  const g = logits.graph;
  if (n === 0) return g.emit("Slice", [logits, g.int64([0]), g.int64([0]), g.int64([1])], ["B", 0]);
  const raw = ops.matmul(ops.slice(byColumn, 0, n, 0), get("head.variance")); // (n, B, 1)
  const flat = ops.transpose(ops.reshape(raw, [n, "B"]), [1, 0]);
  return ops.clamp(ops.add(flat, get("head.variance.bias")), ...logVarianceRange);
}
