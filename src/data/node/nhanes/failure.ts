/** Why a request failed. */
export interface Failure {
  /** Short, for parentheses. */
  readonly reason: string;
  /** It may go better in a moment. */
  readonly passing: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly waitFor?: number;
  /** What the person may do. */
  readonly hint?: string;
}

const goOnline = "check that this machine is online (the program uses no proxy)";

/** Reads what `fetch` throws: an error whose cause carries the code of the system or of undici. */
export function failureOf(thrown: unknown): Failure {
  const code = codeOf(thrown);
  if (code === "ENOTFOUND") return { reason: "the name is unknown: ENOTFOUND", passing: false, hint: goOnline };
  if (code !== undefined && ["EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH", "ECONNREFUSED", "ENETDOWN"].includes(code)) {
    return { reason: `no connection: ${code}`, passing: true, hint: goOnline };
  }
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS|ERR_SSL/.test(code)) {
    return { reason: `its certificate is not trusted: ${code}`, passing: false, hint: "name your network's certificate authority in NODE_EXTRA_CA_CERTS" };
  }
  const message = messageOf(thrown);
  if (message === "timeout" || (code !== undefined && /TIMEOUT|ETIMEDOUT/.test(code))) return { reason: "no answer in time", passing: true, hint: goOnline };
  return { reason: `the transfer broke off: ${code ?? message}`, passing: true };
}

function codeOf(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
    if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  }
  return undefined;
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
