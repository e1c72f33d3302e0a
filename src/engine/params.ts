import type { Rng } from "../base/random.js";
import { sameShape } from "./dim.js";
import type { Graph, Tensor } from "./graph.js";
import { float32, type TensorData } from "./session.js";

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
 * A list of named parameters that lie one behind the other in a single flat buffer, which the optimiser goes over in one
 * pass; graphs take and give views of such buffers.
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

  /** The parameters as inputs of a graph, one each, to be fed by `feeds`. */
  inputs(graph: Graph): Map<string, Tensor> {
    return new Map(this.declared.map(({ name, shape }) => [name, graph.input(`theta.${name}`, shape)]));
  }

  /** What `inputs` takes: views of the flat parameters, not copies. @throws Error when `flat` has another size */
  feeds(flat: Float32Array): Record<string, TensorData> {
    return this.views("theta", flat);
  }

  /** The parameters as constants of a graph: what an exported model holds. @throws Error when `flat` has another size */
  constants(graph: Graph, flat: Float32Array): Map<string, Tensor> {
    this.requireSize(flat);
    const constant = ({ shape, offset, size }: Declared): Tensor => graph.constant(flat.subarray(offset, offset + size), shape);
    return new Map(this.declared.map((d) => [d.name, constant(d)]));
  }

  /** Makes the single parameters' gradients, in order of declaration, outputs of their graph, to be written into `gradientOutputs`. */
  outputGradients(gradients: readonly Tensor[]): void {
    this.declared.forEach(({ name, shape }, i) => {
      const d = gradients[i];
      if (!d || !sameShape(d.shape, shape)) throw new Error(`the gradient of '${name}' is [${d?.shape}], not [${shape}]`);
      d.graph.output(`gradient.${name}`, d);
    });
  }

  /** Where a graph's gradients go: views of a flat array that is laid out as the parameters are. */
  gradientOutputs(flat: Float32Array): Record<string, TensorData> {
    return this.views("gradient", flat);
  }

  private views(prefix: string, flat: Float32Array): Record<string, TensorData> {
    this.requireSize(flat);
    return Object.fromEntries(this.declared.map(({ name, shape, offset, size }) => [`${prefix}.${name}`, float32(flat.subarray(offset, offset + size), ...shape)]));
  }

  private requireSize(flat: Float32Array): void {
    if (flat.length !== this.total) throw new Error(`the model has ${this.total} parameters, not ${flat.length}`);
  }
}
