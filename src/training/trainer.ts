import type { Parameters, Session, SessionFactory, SessionOptions, TensorData } from "../engine/index.js";

export interface Trainer {
  /**
   * Loss of a batch, divergence of a latent (0 without one), and the gradients of the loss, written into the buffer that the trainer was opened with.
   * @param fixed inputs that are not of the batch's rows: parameters
   */
  step(fixed: Readonly<Record<string, TensorData>>, batch: Readonly<Record<string, TensorData>>): Promise<{ loss: number; kl: number }>;
  close(): Promise<void>;
}

/** Room for a session beside another, and how that other is opened then. */
export interface Beside {
  readonly open: SessionFactory;
  readonly own: SessionOptions;
}

export interface TrainerInput {
  readonly params: Parameters;
  /** (all parameters) where gradients go. */
  readonly gradient: Float32Array;
  /** Loss and gradients of so many rows. */
  readonly graphOf: (rows: number) => Uint8Array;
  /** Rows of a batch. */
  readonly batch: number;
  /** Whether a batch is taken in two halves. */
  readonly halves: boolean;
  readonly open: SessionFactory;
  /** Where the second half runs; null: after the first. */
  readonly beside: Beside | null;
}

/**
 * Opens what works out gradients. The weights of a batch's cells are brought to their sum beforehand, so its loss is a sum over rows, and two
 * halves of a batch give the same gradients wherever each is run. That uses two cores better than two threads within each product, and for
 * a transformer half a batch also fits the caches better.
 */
export async function openTrainer({ params, gradient, graphOf, batch, halves, open, beside }: TrainerInput): Promise<Trainer> {
  const outputs = params.gradientOutputs(gradient);
  if (!halves) {
    const session = await open(graphOf(batch));
    return { step: async (fixed, feeds) => figures(await session.run({ ...fixed, ...feeds }, outputs)), close: () => session.close() };
  }
  const graph = graphOf(batch / 2);
  const first = await open(graph, beside?.own);
  const second = beside ? await closingOnFailure(first, beside.open(graph)) : first;
  const other = new Float32Array(gradient.length);
  const otherOutputs = params.gradientOutputs(other);
  return {
    async step(fixed, feeds) {
      const later = (): Promise<Record<string, TensorData>> => second.run({ ...fixed, ...halfOf(feeds, batch, 1) }, otherOutputs);
      const begun = beside && later();
      begun?.catch(() => undefined); // if both fail, the first half's error is the one that counts
      const a = figures(await first.run({ ...fixed, ...halfOf(feeds, batch, 0) }, outputs));
      const b = figures(await (begun ?? later()));
      for (let i = 0; i < gradient.length; i++) gradient[i] += other[i];
      return { loss: a.loss + b.loss, kl: a.kl + b.kl };
    },
    async close() {
      await first.close();
      if (second !== first) await second.close();
    },
  };
}

const figures = ({ loss, kl }: Record<string, TensorData>): { loss: number; kl: number } => ({ loss: (loss.data as Float32Array)[0], kl: kl ? (kl.data as Float32Array)[0] : 0 });

/** The inputs of half a batch's rows; what belongs to no row, such as the row memory, goes to both. */
function halfOf(feeds: Readonly<Record<string, TensorData>>, batch: number, which: 0 | 1): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      const { dims, data } = tensor;
      if (dims[0] !== batch || name.startsWith("memory.")) return [name, tensor];
      const half = data.length / 2;
      return [name, { dims: [batch / 2, ...dims.slice(1)], data: data.slice(which * half, (which + 1) * half) }];
    }),
  );
}

async function closingOnFailure(first: Session, opening: Promise<Session>): Promise<Session> {
  try {
    return await opening;
  } catch (cause) {
    await first.close();
    throw cause;
  }
}
