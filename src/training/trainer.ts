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
  /** In how many pieces, one or an even number, a batch is taken; `piecesOf` says. */
  readonly pieces: number;
  readonly open: SessionFactory;
  /** Where the second half of the pieces runs; null: after the first. */
  readonly beside: Beside | null;
}

/** Tokens of a piece, about: what a core's cache holds of them and of their gradients. */
const pieceTokens = 1280;
const fewestRows = 8;

/** Pieces of a transformer's batch: two at least, and of so few rows that a piece fits the caches. */
export function piecesOf(batch: number, columns: number): number {
  let pieces = 1;
  const isEven = (): boolean => batch % (2 * pieces) === 0;
  if (isEven()) pieces = 2;
  while (isEven() && (batch / pieces) * columns > pieceTokens && batch / pieces >= 2 * fewestRows) pieces *= 2;
  return pieces;
}

/**
 * Opens what works out gradients. The weights of a batch's cells are brought to their sum beforehand, so its loss is a sum over rows, and
 * the pieces of a batch give the same gradients wherever each is run. That uses two cores better than two threads within each product.
 */
export async function openTrainer({ params, gradient, graphOf, batch, pieces, open, beside }: TrainerInput): Promise<Trainer> {
  const outputs = params.gradientOutputs(gradient);
  const graph = graphOf(batch / pieces);
  if (pieces === 1) {
    const session = await open(graph);
    return { step: async (fixed, feeds) => figures(await session.run({ ...fixed, ...feeds }, outputs)), close: () => session.close() };
  }
  const first = await open(graph, beside?.own);
  const second = beside ? await closingOnFailure(first, beside.open(graph)) : first;
  const other = new Float32Array(gradient.length);
  const halves = [
    { session: first, into: outputs },
    { session: second, into: params.gradientOutputs(other) },
  ];
  return {
    async step(fixed, feeds) {
      const takeHalf = async (h: 0 | 1): Promise<{ loss: number; kl: number }> => {
        const sum = { loss: 0, kl: 0 };
        const { session, into } = halves[h];
        const places = Array.from({ length: pieces / 2 }, (_, k) => (h * pieces) / 2 + k);
        const run = (k: number): Promise<Record<string, TensorData>> => session.run({ ...fixed, ...pieceOf(feeds, batch, pieces, k) });
        // A session beside has all its pieces at hand; here one follows the other.
        const waiting = h === 1 && beside ? places.map(run) : null;
        waiting?.forEach((result) => result.catch(() => undefined)); // the first error is the one that counts
        for (const [n, k] of places.entries()) {
          const found = await (waiting ? waiting[n] : run(k));
          addUp(into, found, n === 0);
          const own = figures(found);
          sum.loss += own.loss;
          sum.kl += own.kl;
        }
        return sum;
      };
      const begun = beside && takeHalf(1);
      begun?.catch(() => undefined);
      const a = await takeHalf(0);
      const b = await (begun ?? takeHalf(1));
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

function addUp(into: Readonly<Record<string, TensorData>>, found: Readonly<Record<string, TensorData>>, isFirst: boolean): void {
  for (const [name, { data }] of Object.entries(into)) {
    const sum = data as Float32Array;
    const own = found[name].data as Float32Array;
    if (isFirst) sum.set(own);
    else for (let i = 0; i < sum.length; i++) sum[i] += own[i];
  }
}

/** The inputs of a piece of a batch's rows; what belongs to no row, such as the row memory, goes to each. */
function pieceOf(feeds: Readonly<Record<string, TensorData>>, batch: number, pieces: number, k: number): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      const { dims, data } = tensor;
      if (dims[0] !== batch || name.startsWith("memory.")) return [name, tensor];
      const size = data.length / pieces;
      return [name, { dims: [batch / pieces, ...dims.slice(1)], data: data.slice(k * size, (k + 1) * size) }];
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
