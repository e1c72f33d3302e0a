import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { VhgmError } from "../../../base/errors.js";
import { diskError, pendingFile } from "../atomic.js";
import { failureOf, type Failure } from "./failure.js";

export interface DownloadOptions {
  /** Times that a download is tried in all. Default 4. */
  readonly tries?: number;
  /** Milliseconds before the second try; doubled for each further one. Default 500. */
  readonly pause?: number;
  /** Milliseconds without a byte after which a try is given up. Default 60,000. */
  readonly idle?: number;
  readonly signal?: AbortSignal;
  /** Is told about bytes as they come; `total` is undefined if the server doesn't say. */
  onBytes?(received: number, total: number | undefined): void;
}

/** What a file must look like to be kept: its first bytes, up to 4,096. */
export type ContentCheck = (head: Buffer) => boolean;

/**
 * Gets a file into the cache, where it appears whole or not at all; nothing is asked of the network if it is there.
 * Addresses are tried in turn: one that has no such file, or sends something else in its place (a page that says so), gives
 * way to the next. Failures that may pass (no connection, a busy server, a broken transfer) are tried again.
 * @returns whether the file is there now; false if no address has it
 * @throws VhgmError "network" if the server can't be reached or refuses; "disk" if the cache can't be written; the signal's
 *   reason when it is aborted
 */
export async function download(urls: readonly string[], path: string, check: ContentCheck, options: DownloadOptions = {}): Promise<boolean> {
  if (await isFile(path)) return true;
  for (const url of urls) if (await downloadOne(url, path, check, options)) return true;
  return false;
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() ?? false;

async function downloadOne(url: string, path: string, check: ContentCheck, options: DownloadOptions): Promise<boolean> {
  const { tries = 4, pause = 500, signal } = options;
  for (let attempt = 1; ; attempt++) {
    let failure: Failure;
    try {
      const result = await attemptOnce(url, path, check, options);
      if (typeof result === "boolean") return result;
      failure = result;
    } catch (cause) {
      if (cause instanceof VhgmError || signal?.aborted) throw cause;
      failure = failureOf(cause);
    }
    if (!failure.passing || attempt >= tries) throw networkError(url, path, failure, attempt);
    const wait = Math.max(pause * 2 ** (attempt - 1), Math.min(failure.waitFor ?? 0, 30_000));
    await sleep(wait, undefined, { signal });
  }
}

/** One request: true if the file is kept, false if this address doesn't have it. What fetch throws is passed on. */
async function attemptOnce(url: string, path: string, check: ContentCheck, { idle = 60_000, signal, onBytes }: DownloadOptions): Promise<boolean | Failure> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(new Error("timeout")), idle);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(new Error("timeout")), idle);
  };
  try {
    const response = await fetch(url, { signal: AbortSignal.any([stalled.signal, ...(signal ? [signal] : [])]), redirect: "follow" });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      if ([404, 410].includes(response.status)) return false;
      const after = Number(response.headers.get("retry-after"));
      const passing = response.status >= 500 || [408, 425, 429].includes(response.status);
      return { reason: `HTTP status ${response.status}`, passing, ...(after > 0 ? { waitFor: 1000 * after } : {}) };
    }
    // Of a compressed answer the length before it is unpacked is no measure.
    const length = response.headers.has("content-encoding") ? NaN : Number(response.headers.get("content-length") ?? NaN);
    const total = Number.isFinite(length) ? length : undefined;
    return await save(response.body, path, check, (received) => {
      alive();
      onBytes?.(received, total);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Writes an answer beside its place in the cache, then names it. False if it is not what was asked for. */
async function save(body: ReadableStream<Uint8Array>, path: string, check: ContentCheck, onBytes: (received: number) => void): Promise<boolean> {
  const file = await makeFolder(path).then(() => pendingFile(path));
  let kept = false;
  try {
    const handle = await open(file.temporary, "wx").catch((cause: unknown) => Promise.reject(diskError(path, cause)));
    try {
      let head: Buffer = Buffer.alloc(0);
      let received = 0;
      for await (const chunk of body) {
        await handle.write(chunk).catch((cause: unknown) => Promise.reject(diskError(path, cause)));
        if (head.length < 4096) head = Buffer.concat([head, chunk]).subarray(0, 4096);
        onBytes((received += chunk.length));
      }
      if (!check(head)) return false;
    } finally {
      await handle.close();
    }
    await file.commit();
    kept = true;
    return true;
  } finally {
    if (!kept) await file.discard();
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw diskError(dirname(path), cause);
  }
}

/** Removes a cached file that turned out to be damaged, so that the next run fetches it anew. */
export const forget = (path: string): Promise<void> => rm(path, { force: true });

function networkError(url: string, path: string, { reason, hint }: Failure, tries: number): VhgmError {
  const { host } = new URL(url);
  const again = tries > 1 ? ` after ${tries} tries` : "";
  return new VhgmError(
    "network",
    `${host} ${/^HTTP/.test(reason) ? "refuses" : "can't be reached for"} ${url} (${reason}${again}); ${hint ?? "try again later"}, or put the file in place yourself as ${path} ` +
      "(another folder: --data-cache), or name a mirror of the CDC's site in VHGM_NHANES_URL.",
  );
}
