/** What went wrong, in kinds that callers treat differently: `usage` exits with 2, everything else with 1. */
export type ErrorCode = "usage" | "data" | "schema" | "bundle" | "device" | "disk" | "cancelled" | "network";

/**
 * The one error of this project: a single sentence that says what was given, where, and what is allowed.
 * `message` is ready to be shown to a person; `code` is for programs.
 */
export class VhgmError extends Error {
  override readonly name = "VhgmError";
  readonly code: ErrorCode;
  /** What is at fault in a question, as a path of names: ["given", "age"]. */
  readonly field?: readonly string[];

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; field?: readonly string[] }) {
    super(message, options);
    this.code = code;
    this.field = options?.field;
  }
}

/** True for errors whose message can be shown to a person as it stands. */
export const isVhgmError = (error: unknown): error is VhgmError => error instanceof VhgmError;
