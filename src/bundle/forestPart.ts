/** Trees as the bytes of a bundle's part: for each column the lengths of its arrays, then the arrays, little-endian. */
import { VhgmError } from "../base/errors.js";
import type { Forest, Trees } from "../model/trees/forest.js";

const lengthsOf = (trees: Trees | null): [number, number, number] => (trees ? [trees.roots.length, trees.question.length, trees.probabilities.length] : [0, 0, 0]);

export function packForest(forest: Forest): Uint8Array {
  const arrays = forest.flatMap((trees) => [Int32Array.from(lengthsOf(trees)), ...(trees ? [trees.roots, trees.question, trees.upTo, trees.left, trees.probabilities] : [])]);
  const bytes = new Uint8Array(4 + arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  new DataView(bytes.buffer).setUint32(0, forest.length, true);
  let at = 4;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** @throws VhgmError "bundle" for bytes that are no trees of so many columns and questions */
export function unpackForest(bytes: Uint8Array, columns: number, questions: number): Forest {
  const damaged = (): VhgmError => new VhgmError("bundle", `The ${bytes.length} bytes of the trees do not fit ${columns} attributes.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, true) !== columns) throw damaged();
  let at = 4;
  const next = (count: number): ArrayBuffer => {
    if (count < 0 || at + 4 * count > bytes.length) throw damaged();
    const part = bytes.slice(at, (at += 4 * count));
    return part.buffer;
  };
  const forest = Array.from({ length: columns }, (): Trees | null => {
    const [roots, nodes, probabilities] = new Int32Array(next(3));
    if (roots === 0) return null;
    return { roots: new Int32Array(next(roots)), question: new Int32Array(next(nodes)), upTo: new Float32Array(next(nodes)), left: new Int32Array(next(nodes)), probabilities: new Float32Array(next(probabilities)) };
  });
  if (at !== bytes.length || !forest.every((trees) => trees === null || isWalkable(trees, questions))) throw damaged();
  return forest;
}

/** Whether every way through the trees ends: children come after their parent and lie inside. */
const isWalkable = ({ roots, question, left }: Trees, questions: number): boolean =>
  roots.every((root) => root >= 0 && root < question.length) && question.every((asked, node) => asked < 0 || (asked < questions && left[node] > node && left[node] + 1 < question.length));
