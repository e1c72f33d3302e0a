/** The model in the page: the same code as the server's, with the sessions of the web runtime, off the page's thread. */
import { isVhgmError, VhgmError } from "../../src/base/errors.js";
import { unpackBundle, type Bundle } from "../../src/bundle/bundle.js";
import { openSession } from "../../src/engine/web/session.js";
import { compare } from "../../src/inference/compare.js";
import { createGenerator } from "../../src/inference/generate/generate.js";
import { createImputer } from "../../src/inference/impute.js";
import { nextMeasurements } from "../../src/inference/next.js";
import { predict } from "../../src/inference/predict.js";
import { openPredictor, type Predictor } from "../../src/inference/predictor.js";
import type { GenerateQuestion, ImputeQuestion, Invented, TextTable } from "./backend.js";
import { factsOf } from "./facts.js";
import type { Reply, Request } from "./messages.js";

interface Opened {
  readonly bundle: Bundle;
  readonly predictor: Predictor;
}

let opened: Opened | undefined;
const cancelled = new Set<number>();
/** Rows that are invented at a time: few, so that a stop is heard soon. */
const invented = 64;

const tell = (reply: Reply): void => self.postMessage(reply);

self.onmessage = async ({ data }: MessageEvent<Request>): Promise<void> => {
  if (data.kind === "cancel") {
    cancelled.add(data.id);
    return;
  }
  const { id } = data;
  try {
    // Lets a cancellation that has arrived be read: an answer that nobody waits for is not worked out.
    await new Promise((resolve) => setTimeout(resolve));
    if (!cancelled.has(id)) tell({ id, kind: "answer", value: await answer(data) });
  } catch (error) {
    const told = isVhgmError(error) ? { message: error.message, field: error.field } : { message: error instanceof Error ? error.message : String(error) };
    tell({ id, kind: "failed", ...told });
  } finally {
    cancelled.delete(id);
  }
};

async function answer(request: Exclude<Request, { kind: "cancel" }>): Promise<unknown> {
  if (request.kind === "open") {
    const bundle = await unpackBundle(request.question.bytes, request.question.name);
    opened = { bundle, predictor: await openPredictor(bundle.model, openSession) };
    return factsOf(bundle, request.question.name);
  }
  if (!opened) throw new VhgmError("usage", "No model was loaded into the page.");
  const { bundle: { schema }, predictor } = opened;
  switch (request.kind) {
    case "predict": {
      const { given, ...options } = request.question;
      return predict(predictor, schema, given, options);
    }
    case "compare": {
      const { given, scenarios, ...options } = request.question;
      return compare(predictor, schema, given, scenarios, options);
    }
    case "next": {
      const { given, ...options } = request.question;
      return nextMeasurements(predictor, schema, given, options);
    }
    case "impute":
      return impute(opened, request.question);
    case "generate":
      return generate(opened, request.question, request.id);
    case "marginals":
      return opened.bundle.card.marginals ?? null;
  }
}

async function impute({ bundle, predictor }: Opened, { name, columns, rows, level }: ImputeQuestion): Promise<TextTable> {
  const imputer = createImputer(predictor, bundle.schema, columns, name, { intervals: level });
  const [completed] = await imputer.complete(rows);
  return { columns: imputer.columns, rows: completed };
}

async function generate({ bundle, predictor }: Opened, { rows, where, seed }: GenerateQuestion, id: number): Promise<Invented> {
  const generator = await createGenerator(predictor, bundle.schema, { where, seed });
  const people: (readonly string[])[] = [];
  while (people.length < rows && !cancelled.has(id)) {
    people.push(...(await generator.rows(people.length, Math.min(invented, rows - people.length))));
    tell({ id, kind: "rows", rows: people.length });
    await new Promise((resolve) => setTimeout(resolve));
  }
  return { columns: generator.columns, rows: people, where: generator.report().where };
}
