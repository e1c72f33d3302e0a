import { pipelined } from "../base/pipelined.js";
import type { Cells } from "../data/cells.js";
import { copyOf, encodeCells, type Encoded } from "../data/encode.js";
import { float32, int64, joinOnnx, onnxOutputs, rowBlock, type Session, type SessionFactory, type SessionOptions } from "../engine/index.js";
import { collectPaths, memberOutputs } from "../model/paths.js";
import type { MemberPaths, OutputName } from "../model/predictive.js";
import { rowBatches, rowViews, tokenArrays } from "../model/setTokens.js";
import { hashRow, type PredictModel } from "../model/trained.js";
import { openTreePath } from "../model/trees/treePath.js";

/** Rows that go through the graph together. */
const chunk = 128;

/** A model with its session open. A row's predictions do not depend, bit for bit, on the rows that it comes with. */
export interface Predictor {
  readonly model: PredictModel;
  /** (rows) where in the row memory a person with these very cells stands; -1 for anybody else. */
  find(rows: Encoded): BigInt64Array;
  /**
   * Every member's predictions for encoded rows, which may change once they are given. A person who is in the row memory does not see itself.
   * @param own what `find` gave, where the cells have changed since
   */
  run(rows: Encoded, own?: BigInt64Array): Promise<MemberPaths[]>;
  /** One member's predictions, by a part of the graph that computes no other's. */
  runMember(member: number, rows: Encoded, own?: BigInt64Array): Promise<MemberPaths>;
  close(): Promise<void>;
}

/**
 * Opens a model for questions; close it when they are answered.
 * @param options of its sessions, which have one thread unless told otherwise: with more, a row's bits would depend on its batch
 * @throws VhgmError "device" where the graph cannot be opened on that device
 */
export async function openPredictor(model: PredictModel, open: SessionFactory, options?: SessionOptions): Promise<Predictor> {
  const openPart = (graph: Uint8Array): Promise<Session> => open(graph, { threads: 1, ...options });
  const session = await openPart(model.graph);
  const alone = new Map<number, Promise<Session>>();
  const sessionOf = (member: number): Promise<Session> => {
    if (model.memberCount === 1) return Promise.resolve(session);
    const found = alone.get(member) ?? openPart(memberGraph(model.graph, member));
    alone.set(member, found);
    return found;
  };
  const withTrees = (paths: readonly MemberPaths[], rows: Encoded): MemberPaths[] => {
    const trees = model.forest && openTreePath(model.forest, model, paths, copyOf(rows)); // read when trees are asked, by when whoever draws has shown more in the rows
    return paths.map((member) => (trees ? { ...member, trees } : member));
  };
  const known = new Map(model.memoryHashes?.map((hash, i) => [hash, i]));
  const find = (rows: Encoded): BigInt64Array => findPeople(model, rows, known);
  return {
    model,
    find,
    async run(rows, own = find(rows)) {
      return withTrees(await runPaths(session, model, rows, own), rows);
    },
    async runMember(member, rows, own = find(rows)) {
      const paths = await runPaths(await sessionOf(member), model, rows, own);
      return withTrees([paths[member]], rows)[0];
    },
    async close() {
      await session.close();
      for (const opened of alone.values()) await (await opened).close();
    },
  };
}

/** The part of the predict graph that one member needs: its outputs, and what the draws of a latent before it have and it lacks. */
function memberGraph(graph: Uint8Array, member: number): Uint8Array {
  const given = new Set(onnxOutputs(graph));
  const wanted = (Object.keys(memberOutputs(0)) as OutputName[]).flatMap((key) => {
    const names = Array.from({ length: member + 1 }, (_, k) => memberOutputs(k)[key]).filter((name) => given.has(name));
    return names.slice(-1);
  });
  return joinOnnx([graph], wanted);
}

/** Encodes cells and runs them. */
export const predictCells = (predictor: Predictor, cells: Cells): Promise<MemberPaths[]> =>
  predictor.run(encodeCells(cells, predictor.model.layout));

function findPeople({ layout }: PredictModel, { rows, features, observed }: Encoded, known: ReadonlyMap<number, number>): BigInt64Array {
  const found = new BigInt64Array(rows).fill(-1n);
  const d = layout.features;
  const p = layout.columns.length;
  for (let i = 0; known.size > 0 && i < rows; i++) {
    found[i] = BigInt(known.get(hashRow(features.subarray(i * d, (i + 1) * d), observed.subarray(i * p, (i + 1) * p))) ?? -1);
  }
  return found;
}

async function runPaths(session: Session, model: PredictModel, { rows, features, observed }: Encoded, people: BigInt64Array): Promise<MemberPaths[]> {
  const d = model.layout.features;
  const p = model.layout.columns.length;
  const collected = collectPaths(rows, model.memberCount);
  const batches = rowBatches(rows, p, observed, chunk, session.inputNames.includes("token.row"));
  // A session in a thread of its own has the next run at hand when it ends one.
  const runs = pipelined(batches, async ({ rows: places, length }) => {
    const size = Math.ceil(places.length / rowBlock) * rowBlock;
    const x = new Float32Array(size * d);
    const visible = new Float32Array(size * p);
    const own = new BigInt64Array(size).fill(-1n);
    places.forEach((i, r) => {
      x.set(features.subarray(i * d, (i + 1) * d), r * d);
      visible.set(observed.subarray(i * p, (i + 1) * p), r * p);
      own[r] = people[i];
    });
    const tokens = length > 0 ? tokenArrays(model.layout, rowViews(x, visible, size), size, length).feeds : {};
    return { places, out: await session.run({ x: float32(x, size, d), visible: float32(visible, size, p), row: int64(own, size), ...tokens }) };
  });
  for await (const { places, out } of runs) collected.add(out, places);
  return collected.paths;
}
