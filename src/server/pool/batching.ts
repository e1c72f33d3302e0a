import type { Encoded } from "../../data/encode.js";
import type { Predictor } from "../../inference/predictor.js";
import type { MemberPaths } from "../../model/predictive.js";

interface Call {
  readonly rows: Encoded;
  readonly own: BigInt64Array;
  readonly signal: AbortSignal;
  resolve(paths: MemberPaths[]): void;
  reject(cause: unknown): void;
}

/** Rows that go through the model together; a call with more goes by itself. */
const mostRows = 128;

/**
 * Dynamic batching: calls that wait while the model runs go through it together. A row's bits do not depend on the rows that it
 * comes with, so every call gets what it would get alone.
 * @returns views of the predictor, one per caller; a view whose signal is aborted rejects its calls with the signal's reason
 */
export function batchRuns(inner: Predictor): (signal: AbortSignal) => Predictor {
  const waiting: Call[] = [];
  let running = false;

  async function pump(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      await turn();
      const calls = take();
      if (calls.length === 0) continue;
      try {
        const paths = await inner.run(...joined(calls));
        let first = 0;
        for (const { rows: { rows }, resolve } of calls) {
          resolve(calls.length === 1 ? paths : cut(paths, first, rows, total(calls)));
          first += rows;
        }
      } catch (cause) {
        for (const { reject } of calls) reject(cause);
      }
    }
    running = false;
  }

  function take(): Call[] {
    const calls: Call[] = [];
    let rows = 0;
    while (waiting.length > 0 && (calls.length === 0 || rows + waiting[0].rows.rows <= mostRows)) {
      const call = waiting.shift()!;
      if (call.signal.aborted) {
        call.reject(call.signal.reason);
        continue;
      }
      calls.push(call);
      rows += call.rows.rows;
    }
    return calls;
  }

  return (signal) => ({
    ...inner,
    run: (rows, own = inner.find(rows)) =>
      new Promise((resolve, reject) => {
        waiting.push({ rows, own, signal, resolve, reject });
        if (!running) void pump();
      }),
    async runMember(...asked) {
      await turn();
      signal.throwIfAborted();
      return inner.runMember(...asked);
    },
  });
}

/** Lets messages that have arrived be read. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const total = (calls: readonly Call[]): number => calls.reduce((sum, { rows }) => sum + rows.rows, 0);

function joined(calls: readonly Call[]): [Encoded, BigInt64Array] {
  if (calls.length === 1) return [calls[0].rows, calls[0].own];
  const rows = total(calls);
  const width = (of: (rows: Encoded) => ArrayLike<number>): number => of(calls[0].rows).length / calls[0].rows.rows;
  const features = new Float32Array(rows * width((r) => r.features));
  const observed = new Uint8Array(rows * width((r) => r.observed));
  const own = new BigInt64Array(rows);
  let first = 0;
  for (const call of calls) {
    features.set(call.rows.features, (first * features.length) / rows);
    observed.set(call.rows.observed, (first * observed.length) / rows);
    own.set(call.own, first);
    first += call.rows.rows;
  }
  return [{ rows, features, observed }, own];
}

/** The outputs of some rows of a run. */
function cut(paths: readonly MemberPaths[], first: number, count: number, rows: number): MemberPaths[] {
  const part = (all: Float32Array): Float32Array => all.subarray((first * all.length) / rows, ((first + count) * all.length) / rows);
  return paths.map(({ trees, ...arrays }) => ({
    ...(Object.fromEntries(Object.entries(arrays).map(([key, all]) => [key, part(all)])) as unknown as MemberPaths),
    ...(trees ? { trees: trees.from(first) } : {}),
  }));
}
