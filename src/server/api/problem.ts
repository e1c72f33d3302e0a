import { z } from "@hono/zod-openapi";
import { isVhgmError, type ErrorCode } from "../../base/errors.js";

/** An answer that is none: RFC 9457, media type application/problem+json. */
export const problemSchema = z
  .strictObject({
    type: z.literal("about:blank"),
    title: z.string().openapi({ description: "The status in words." }),
    status: z.int().min(400).max(599),
    detail: z.string().openapi({ description: "One sentence: what was given, where, and what is allowed." }),
    code: z.string().openapi({ description: "The kind of problem, for programs." }),
    field: z.string().optional().openapi({ description: "Where it is in the request: a JSON pointer into the body, or the name of a query parameter behind '?'." }),
  })
  .openapi("Problem");
export type Problem = z.infer<typeof problemSchema>;

const titles = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  504: "Gateway Timeout",
} as const;
export type ProblemStatus = keyof typeof titles;

/** A request that is not answered, and why; `field` is a JSON pointer, or '?name' for a query parameter. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: ProblemStatus;
  readonly code: string;
  readonly field?: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: ProblemStatus, code: string, detail: string, options: { field?: string; headers?: Record<string, string>; cause?: unknown } = {}) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.code = code;
    this.field = options.field;
    this.headers = options.headers ?? {};
  }
}

/** A path of names as a JSON pointer (RFC 6901). */
export const pointer = (path: readonly PropertyKey[]): string => path.map((name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

const statusOf: Partial<Record<ErrorCode, ProblemStatus>> = { usage: 422, data: 422, schema: 422, cancelled: 503 };

/** What went wrong as a refusal; of what was not foreseen, the caller learns nothing more than that. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!isVhgmError(error)) return new Refusal(500, "internal", "Something unforeseen went wrong in the server; the request was not answered.", { cause: error });
  const { code, message, field } = error;
  // A table that came without a name is called "the table", also where its sentence begins.
  return new Refusal(statusOf[code] ?? 500, code, message.replace(/^the /, "The "), { field: field && pointer(field), cause: error });
}

export function problemOf({ status, message, code, field }: Refusal): Problem {
  return { type: "about:blank", title: titles[status], status, detail: message, code, ...(field === undefined ? {} : { field }) };
}

export function problemResponse(refusal: Refusal): Response {
  return new Response(JSON.stringify(problemOf(refusal)), { status: refusal.status, headers: { "content-type": "application/problem+json", ...refusal.headers } });
}
