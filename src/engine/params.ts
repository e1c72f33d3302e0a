import type { Rng } from "../base/random.js";
import { sameShape } from "./dim.js";
import type { Graph, Tensor } from "./graph.js";

/** How a parameter starts: normal with a standard deviation, a constant, or given values. */
export type Init = { readonly normal: number } | { readonly fill: number } | { readonly values: Float32Array };

interface Declared {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly offset: number;
  readonly init: Init;
  readonly decay: boolean;
}

/**
 * A list of named parameters that lie one behind the other in a single flat buffer, so that the optimiser
 * updates all of them with a dozen nodes instead of a dozen per parameter.
 */
export class Parameters {
  readonly declared: Declared[] = [];
  private total = 0;

  /** Number of floats of the flat buffer. */
  get size(): number {
    return this.total;
  }

  /**
   * Declares a parameter. Weight decay applies to matrices unless said otherwise.
   * @throws Error when the name is taken, or given values do not fill the shape
   */
  declare(name: string, shape: readonly number[], init: Init, decay = shape.length > 1): void {
    if (this.declared.some((d) => d.name === name)) throw new Error(`the parameter '${name}' is declared twice`);
    const size = shape.reduce((a, b) => a * b, 1);
    if ("values" in init && init.values.length !== size) {
      throw new Error(`the parameter '${name}' of shape [${shape}] takes ${size} values, not ${init.values.length}`);
    }
    this.declared.push({ name, shape, size, offset: this.total, init, decay });
    this.total += size;
  }

  /** Starting values, drawn parameter by parameter in the order of declaration. */
  initial(rng: Rng): Float32Array {
    const flat = new Float32Array(this.total);
    for (const { offset, size, init } of this.declared) {
      if ("values" in init) flat.set(init.values, offset);
      else for (let i = 0; i < size; i++) flat[offset + i] = "fill" in init ? init.fill : rng.normal() * init.normal;
    }
    return flat;
  }

  /** 1 where weight decay applies, else 0. */
  decayMask(): Float32Array {
    const mask = new Float32Array(this.total);
    for (const { offset, size, decay } of this.declared) if (decay) mask.fill(1, offset, offset + size);
    return mask;
  }

  /** The parameters as independent inputs for differentiation: cut out of the flat tensor, with no tape behind them. */
  leaves(flat: Tensor): Map<string, Tensor> {
    const g = flat.graph;
    const sizes = this.declared.map((d) => d.size);
    if (!sameShape(flat.shape, [this.total])) throw new Error(`the parameters are [${this.total}], not [${flat.shape}]`);
    const cut = (): Tensor[] => g.emitMany("Split", [flat, g.int64(sizes)], sizes.map((size) => [size]), { axis: 0 });
    const pieces = sizes.length === 1 ? [flat] : cut();
    return new Map(this.declared.map(({ name, shape }, i) => [name, g.emit("Reshape", [pieces[i], g.int64(shape)], shape)]));
  }

  /** The parameters as constants of a graph: what an exported model holds. @throws Error when `flat` has another size */
  constants(graph: Graph, flat: Float32Array): Map<string, Tensor> {
    if (flat.length !== this.total) throw new Error(`the model has ${this.total} parameters, not ${flat.length}`);
    const constant = ({ shape, offset, size }: Declared): Tensor => graph.constant(flat.subarray(offset, offset + size), shape);
    return new Map(this.declared.map((d) => [d.name, constant(d)]));
  }

  /** Gradients of the single parameters in order of declaration, laid one behind the other as the parameters are. */
  packGradients(graph: Graph, gradients: readonly Tensor[]): Tensor {
    const flat = this.declared.map(({ name, shape, size }, i) => {
      const d = gradients[i];
      if (!d || !sameShape(d.shape, shape)) throw new Error(`the gradient of '${name}' is [${d?.shape}], not [${shape}]`);
      return graph.emit("Reshape", [d, graph.int64([-1])], [size]);
    });
    return flat.length === 1 ? flat[0] : graph.emit("Concat", flat, [this.total], { axis: 0 });
  }
}
