import { canonicalShape, dimParts, type Dim, type Shape } from "./dim.js";

/** Element types that the engine uses; float64 is for linear algebra, not for networks. */
export type DType = "float32" | "float64" | "int64" | "bool";

/** A value in a graph: no data, only a name, an element type and a shape of static rank. */
export interface Tensor {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Attribute of an ONNX node: whole numbers, decimals (wrapped, since 1.0 is an integer in JavaScript), lists, texts. */
export type NodeAttribute = number | readonly number[] | string | { readonly float: number };

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, NodeAttribute>>;
}

export interface Initializer {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array | Uint8Array;
}

/** Vector-Jacobian product of one recorded operation: gradient of the output -> gradients of the inputs (or null). */
export type Vjp = (gradient: Tensor) => readonly (Tensor | null)[];

/** The same for several outputs; null stands for an output that the loss does not depend on, never for all of them. */
export type VjpOfMany = (gradients: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

interface TapeEntry {
  readonly outputs: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  readonly vjp: VjpOfMany;
}

/**
 * A graph under construction, and the tape of its differentiable operations in order of creation.
 * Operations live in ops/; they call `emit` for the nodes and `record` for the derivative.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly initializers = new Map<string, Initializer>();
  readonly inputs = new Map<string, Tensor>();
  readonly outputs = new Map<string, Tensor>();
  readonly tape: TapeEntry[] = [];
  /** Tensors that are made once and used by many: small constants, sizes of symbols, shapes. */
  private readonly known = new Map<string, Tensor>();
  private readonly symbols = new Map<string, { input: string; axis: number }>();
  private counter = 0;

  /**
   * Declares an input; its named dimensions become symbols that later shapes may use.
   * @throws Error when the name is taken or starts with '_' (those are the graph's own)
   */
  input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
    this.requireFree(name);
    const tensor: Tensor = { graph: this, name, dtype, shape: canonicalShape(shape) };
    this.inputs.set(name, tensor);
    tensor.shape.forEach((dim, axis) => {
      if (typeof dim === "string" && !dim.includes("*") && !this.symbols.has(dim)) this.symbols.set(dim, { input: name, axis });
    });
    return tensor;
  }

  /** Declares a tensor as an output under a name of its own. @throws Error when the name is taken or starts with '_' */
  output(name: string, tensor: Tensor): void {
    this.requireFree(name);
    this.requireOwn(tensor);
    const named: Tensor = { ...tensor, name };
    this.nodes.push({ op: "Identity", inputs: [tensor.name], outputs: [name], attributes: {} });
    this.outputs.set(name, named);
  }

  /** A float32 constant; scalars are shared. */
  constant(data: ArrayLike<number> | number, shape: readonly number[] = []): Tensor {
    const values = typeof data === "number" ? Float32Array.of(data) : Float32Array.from(data);
    const size = shape.reduce((a, b) => a * b, 1);
    if (values.length !== size) throw new Error(`a constant of shape [${shape}] takes ${size} values, not ${values.length}`);
    const key = values.length === 1 ? `f${Object.is(values[0], -0) ? "-0" : values[0]}/${shape}` : null;
    return this.initializer(key, "float32", shape, values);
  }

  /** A float64 constant; scalars are shared. @throws Error when the values do not fill the shape */
  double(data: ArrayLike<number> | number, shape: readonly number[] = []): Tensor {
    const values = typeof data === "number" ? Float64Array.of(data) : Float64Array.from(data);
    const size = shape.reduce((a, b) => a * b, 1);
    if (values.length !== size) throw new Error(`a constant of shape [${shape}] takes ${size} values, not ${values.length}`);
    const key = values.length === 1 ? `d${Object.is(values[0], -0) ? "-0" : values[0]}/${shape}` : null;
    return this.initializer(key, "float64", shape, values);
  }

  /** An int64 constant vector (axes, shapes, indices); equal ones are shared. */
  int64(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
    const key = values.length < 16 ? `i${values}/${shape}` : null;
    return this.initializer(key, "int64", shape, BigInt64Array.from(values, BigInt));
  }

  private initializer(key: string | null, dtype: DType, shape: readonly number[], data: Initializer["data"]): Tensor {
    const make = (): Tensor => {
      const tensor: Tensor = { graph: this, name: this.fresh("c"), dtype, shape };
      this.initializers.set(tensor.name, { name: tensor.name, dtype, shape, data });
      return tensor;
    };
    return key === null ? make() : this.shared(key, make);
  }

  /** Adds a node with one output. `inputs` may hold '' for an optional input that is left out. */
  emit(
    op: string,
    inputs: readonly (Tensor | "")[],
    shape: Shape,
    attributes: Node["attributes"] = {},
    dtype: DType = "float32",
  ): Tensor {
    return this.emitMany(op, inputs, [shape], attributes, dtype)[0];
  }

  /** Adds a node with several outputs of one element type. */
  emitMany(
    op: string,
    inputs: readonly (Tensor | "")[],
    shapes: readonly Shape[],
    attributes: Node["attributes"] = {},
    dtype: DType = "float32",
  ): Tensor[] {
    const outputs = shapes.map((shape): Tensor => ({ graph: this, name: this.fresh("t"), dtype, shape }));
    const names = inputs.map((x) => (x === "" ? "" : this.requireOwn(x).name));
    this.nodes.push({ op, inputs: names, outputs: outputs.map((t) => t.name), attributes });
    return outputs;
  }

  /** Puts a differentiable operation on the tape. */
  record(output: Tensor, inputs: readonly Tensor[], vjp: Vjp): Tensor {
    this.tape.push({ outputs: [output], inputs, vjp: ([gradient]) => vjp(gradient!) });
    return output;
  }

  /** Puts a differentiable operation with several outputs on the tape. */
  recordMany(outputs: readonly Tensor[], inputs: readonly Tensor[], vjp: VjpOfMany): readonly Tensor[] {
    this.tape.push({ outputs, inputs, vjp });
    return outputs;
  }

  /** The shape as an int64 vector that exists when the graph runs: constants, -1 for one unknown, or computed. */
  shapeTensor(shape: Shape): Tensor {
    const unknown = shape.filter((d) => typeof d === "string");
    if (unknown.length <= 1) return this.int64(shape.map((d) => (typeof d === "string" ? -1 : d)));
    return this.runtimeShape(shape);
  }

  /** The shape as an int64 vector with every symbol computed from the inputs: what Expand needs. */
  runtimeShape(shape: Shape): Tensor {
    if (shape.every((d) => typeof d === "number")) return this.int64(shape as number[]);
    return this.shared(`shape/${shape}`, () => {
      const dims = shape.map((d) => this.dimTensor(d));
      return this.emit("Concat", dims, [shape.length], { axis: 0 }, "int64");
    });
  }

  private dimTensor(dim: Dim): Tensor {
    return this.shared(`dim/${dim}`, () => {
      const [factor, names] = dimParts(dim);
      const sizes = names.map((name) => this.symbolTensor(name));
      if (factor !== 1 || names.length === 0) sizes.unshift(this.int64([factor]));
      return sizes.reduce((a, b) => this.emit("Mul", [a, b], [1], {}, "int64"));
    });
  }

  private symbolTensor(name: string): Tensor {
    return this.shared(`symbol/${name}`, () => {
      const bound = this.symbols.get(name);
      if (!bound) throw new Error(`the symbol '${name}' stands in no input's shape`);
      return this.emit("Shape", [this.inputs.get(bound.input)!], [1], { start: bound.axis, end: bound.axis + 1 }, "int64");
    });
  }

  private shared(key: string, make: () => Tensor): Tensor {
    const known = this.known.get(key);
    if (known) return known;
    const tensor = make();
    this.known.set(key, tensor);
    return tensor;
  }

  private requireFree(name: string): void {
    if (name === "" || name.startsWith("_")) {
      throw new Error(`an input or output cannot be called '${name}': empty, or starts with '_'`);
    }
    if (this.inputs.has(name) || this.outputs.has(name)) throw new Error(`the graph already has an input or output '${name}'`);
  }

  private requireOwn(tensor: Tensor): Tensor {
    if (tensor.graph !== this) throw new Error(`the tensor '${tensor.name}' belongs to another graph`);
    return tensor;
  }

  private fresh(prefix: string): string {
    return `_${prefix}${this.counter++}`;
  }
}
