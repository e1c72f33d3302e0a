/** How a worker answers: every job is a sequence of texts. */
import { VhgmError } from "../../base/errors.js";
import type { Bundle } from "../../bundle/bundle.js";
import { CellsBuilder, matchColumns } from "../../data/cells.js";
import type { TextRow } from "../../data/table.js";
import { openCsv } from "../../data/node/csv.js";
import { csvFormatter } from "../../data/node/csvformat.js";
import { compare } from "../../inference/compare.js";
import { createGenerator } from "../../inference/generate/generate.js";
import { comparedRows, likenessOf } from "../../inference/generate/likeness.js";
import { createImputer } from "../../inference/impute.js";
import { nextMeasurements } from "../../inference/next.js";
import { withPopulation } from "../../inference/population.js";
import { predict } from "../../inference/predict.js";
import type { Predictor } from "../../inference/predictor.js";
import type { ImputeReport } from "../../inference/tally.js";
import { isNumeric, type Attribute, type Schema } from "../../schema/schema.js";
import { Refusal } from "../api/problem.js";
import type { Job, JobKind, JsonCell } from "./messages.js";

type Of<K extends JobKind> = Extract<Job, { kind: K }>;

/** Rows of a table that are completed at a time: few, so that short questions come in between. */
const batch = 64;
/** Rows that are invented at a time. */
const invented = 256;

/** @throws VhgmError as the functions of `inference` do, and "cancelled" from a predictor whose caller has gone */
export async function* answer(job: Job, bundle: Bundle, predictor: Predictor): AsyncGenerator<string, void, undefined> {
  const { schema, card } = bundle;
  switch (job.kind) {
    case "predict":
      return yield JSON.stringify(withPopulation(await predict(predictor, schema, job.given, job.options), bundle, job.given));
    case "compare": {
      const { members } = card.options;
      const options = { ...job.options, ...(typeof members === "number" ? { members } : {}) };
      return yield JSON.stringify(await compare(predictor, schema, job.given, job.scenarios, options));
    }
    case "next":
      return yield JSON.stringify({ measurements: await nextMeasurements(predictor, schema, job.given, job.options) });
    case "imputeRows":
      return yield JSON.stringify(await imputeRows(job, schema, predictor));
    case "imputeCsv":
      return yield* imputeCsv(job, schema, predictor);
    case "generate":
      return yield* generate(job, bundle, predictor);
  }
}

/** A cell as JSON: numbers where the attribute is one, null for a hole. */
function jsonCell(text: string, attribute: Attribute | undefined): JsonCell {
  if (text === "") return null;
  const numeric = attribute === undefined || (isNumeric(attribute.type) && attribute.type !== "date");
  const value = numeric ? Number(text) : NaN;
  return Number.isFinite(value) ? value : text;
}

async function imputeRows({ rows, table: name = "the rows", options }: Of<"imputeRows">, schema: Schema, predictor: Predictor): Promise<{ columns: readonly string[]; tables: Record<string, JsonCell>[][]; report: ImputeReport }> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) throw new VhgmError("usage", "No row names an attribute; a row is an object such as {\"age\": 60, \"weight\": null}.", { field: ["rows"] });
  const imputer = createImputer(predictor, schema, columns, name, options);
  const attributeOf = attributesOf(schema, columns, name);
  const texts = rows.map((row) => columns.map((name) => cellText(Object.hasOwn(row, name) ? row[name] : null, attributeOf(name))));
  const tables: Record<string, JsonCell>[][] = Array.from({ length: imputer.tables }, () => []);
  for (let first = 0; first < texts.length; first += batch) {
    const completed = await imputer.complete(texts.slice(first, first + batch));
    completed.forEach((table, k) =>
      table.forEach((cells, r) => {
        const row = rows[first + r];
        const entry = (name: string, c: number): [string, JsonCell] => {
          // What was observed comes back as it came.
          const observed = c < columns.length && texts[first + r][c] !== "" && texts[first + r][c] === cells[c];
          return [name, observed ? row[name] : jsonCell(cells[c], attributeOf(name))];
        };
        tables[k].push(Object.fromEntries(imputer.columns.map(entry)));
      }),
    );
  }
  return { columns: imputer.columns, tables, report: imputer.report() };
}

/** JSON's true and false stand for the levels of a binary attribute that mean so. */
function cellText(value: JsonCell, attribute: Attribute | undefined): string {
  if (value === null) return "";
  if (typeof value !== "boolean") return String(value);
  const spellings = value ? ["1", "true", "yes", "y", "t"] : ["0", "false", "no", "n", "f"];
  return attribute?.levels?.find((level) => spellings.includes(level.toLowerCase())) ?? String(value);
}

function attributesOf(schema: Schema, columns: readonly string[], table: string): (name: string) => Attribute | undefined {
  const found = new Map(matchColumns(schema, columns, table).flatMap(({ attribute, at }) => (at < 0 ? [] : [[columns[at], attribute] as const])));
  return (name) => found.get(name);
}

async function* imputeCsv({ csv, table: name = "the table", options, mostRows }: Of<"imputeCsv">, schema: Schema, predictor: Predictor): AsyncGenerator<string, void, undefined> {
  const table = await openCsv({ path: "", name, gzip: false, bytes: csv });
  // Everything is read once before the first answer, so that a fault is told in place of a table, not in the middle of one.
  const check = { rows: 0 };
  for await (const rows of table.batches(batch)) {
    if (check.rows + rows.length > mostRows) throw new Refusal(413, "too-many-rows", `The table has more than ${mostRows} rows, which is the most that this server takes at once.`);
    new CellsBuilder(schema, table.columns, table.name, check.rows).add(rows);
    check.rows += rows.length;
    await turn();
  }
  const imputer = createImputer(predictor, schema, table.columns, table.name, options);
  // A table comes back as it was written: with its separator, byte order mark and line ends.
  const { delimiter = ",", lineEnd, mark, sepLine } = table.dialect!;
  const { header, row } = csvFormatter(delimiter, lineEnd);
  const numbered = (options.draws ?? 0) > 0;
  if (numbered && imputer.columns.includes("draw")) throw new VhgmError("usage", "The table has a column 'draw', which several draws would add; rename it.");
  let text = `${mark ? "\ufeff" : ""}${sepLine ? `sep=${delimiter}${lineEnd}` : ""}${header(numbered ? ["draw", ...imputer.columns] : imputer.columns)}`;
  for await (const rows of table.batches(batch)) {
    const tables = await imputer.complete(rows);
    yield text + tables.map((completed, k) => completed.map((cells) => row(numbered ? [String(k + 1), ...cells] : cells)).join("")).join("");
    text = "";
  }
  if (text !== "") yield text;
}

async function* generate({ rows, options, format }: Of<"generate">, { schema, card }: Bundle, predictor: Predictor): AsyncGenerator<string, void, undefined> {
  const generator = await createGenerator(predictor, schema, options);
  const { columns } = generator;
  const { header, row } = csvFormatter(",");
  const attributeOf = attributesOf(schema, columns, "the people");
  // Under a condition people are meant to differ from the training table's.
  const seen = card.marginals && format === "json" && options.where === undefined ? new CellsBuilder(schema, columns, "the people") : undefined;
  const head = `{"columns":${JSON.stringify(columns)},"rows":[`;
  // Rows of texts stand on lines of their own, so that a reader can count them as they come.
  const { before, between, write } = {
    csv: { before: header(columns), between: "", write: row },
    texts: { before: `${head}\n`, between: ",\n", write: (cells: TextRow) => JSON.stringify(cells) },
    json: { before: head, between: ",", write: (cells: TextRow) => JSON.stringify(Object.fromEntries(columns.map((name, c) => [name, jsonCell(cells[c], attributeOf(name))]))) },
  }[format];
  for (let first = 0; first < rows; first += invented) {
    const people = await generator.rows(first, Math.min(invented, rows - first));
    if (first < comparedRows) seen?.add(people.slice(0, comparedRows - first));
    yield (first === 0 ? before : between) + people.map(write).join(between);
  }
  if (format === "csv") return;
  const likeness = seen && JSON.stringify(likenessOf(card.marginals!, seen.finish()));
  yield `],"report":${JSON.stringify(generator.report())}${likeness ? `,"likeness":${likeness}` : ""}}`;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
