import { VhgmError } from "../../base/errors.js";
import type { TextRow } from "../table.js";
import { checkColumns, type FileTable } from "./filetable.js";
import { jsonMembers, type JsonKind, type JsonMember } from "./json.js";
import { MAX_TEXT, textChunks, type TextFile } from "./text.js";

/**
 * A table of one JSON object per line. The file is read once to find its columns: all keys, in the order in which they
 * first appear. A key that a line lacks, null and "" are all the empty cell; numbers keep their own text, and objects
 * and arrays are cells of JSON text. Blank lines are no rows.
 *
 * `nativeTypes` are BIGINT, DOUBLE, BOOLEAN, JSON (only objects or arrays) or VARCHAR (text, or a mixture).
 *
 * @throws VhgmError "data" for an empty file or a line that is no JSON object
 */
export async function openJsonLines(file: TextFile): Promise<FileTable> {
  const { name } = file;
  const kinds = new Map<string, Set<JsonKind>>();
  let any = false;
  for await (const members of jsonRows(file)) {
    any = true;
    for (const { key, kind, text } of members) {
      let seen = kinds.get(key);
      if (!seen) kinds.set(key, (seen = new Set()));
      // BIGINT holds 18 digits for certain.
      seen.add(kind === "integer" && text.length > 18 ? "decimal" : kind);
    }
  }
  if (!any) throw new VhgmError("data", `${name} is empty; each line must be a JSON object.`);
  const columns = [...kinds.keys()];
  checkColumns(name, columns);
  const nativeTypes = [...kinds.values()].map(nativeType);
  const indices = new Map(columns.map((column, index) => [column, index]));

  async function* batches(rowsPerBatch = 1024): AsyncGenerator<TextRow[], void, undefined> {
    let batch: TextRow[] = [];
    for await (const members of jsonRows(file)) {
      const row = new Array<string>(columns.length).fill("");
      for (const { key, kind, text } of members) {
        const index = indices.get(key);
        if (index === undefined) throw new VhgmError("data", `${name} changed while it was read: "${key}" is a new key.`);
        if (kind !== "null") row[index] = text;
      }
      batch.push(row);
      if (batch.length >= rowsPerBatch) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  return { name, columns, nativeTypes, notes: [], batches, async close() {} };
}

function nativeType(kinds: Set<JsonKind>): string {
  const only = (...allowed: JsonKind[]): boolean => [...kinds].every((kind) => kind === "null" || allowed.includes(kind));
  if (only()) return "VARCHAR";
  if (only("integer")) return "BIGINT";
  if (only("integer", "decimal")) return "DOUBLE";
  if (only("boolean")) return "BOOLEAN";
  if (only("nested")) return "JSON";
  return "VARCHAR";
}

async function* jsonRows(file: TextFile): AsyncGenerator<JsonMember[], void, undefined> {
  let line = 0;
  for await (const text of lines(file)) {
    line++;
    if (text.trim() === "") continue;
    try {
      yield jsonMembers(text);
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      const excerpt = text.length > 60 ? `${text.slice(0, 60)}…` : text;
      throw new VhgmError("data", `${file.name}, line ${line}: ${excerpt} is no JSON object (${cause.message}).`, { cause });
    }
  }
}

async function* lines(file: TextFile): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const chunk of textChunks(file)) {
    const pieces = chunk.split("\n");
    pieces[0] = rest + pieces[0];
    rest = pieces.pop() as string;
    if (rest.length > MAX_TEXT) throw new VhgmError("data", `${file.name}: a line is longer than ${MAX_TEXT} characters.`);
    yield* pieces;
  }
  if (rest !== "") yield rest;
}
