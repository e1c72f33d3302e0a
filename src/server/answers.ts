/** The pool's answers as responses: in one piece or streamed, none longer than it may take. */
import { Refusal } from "./api/problem.js";
import type { C } from "./handlers.js";
import type { Limits } from "./limits.js";
import type { Job } from "./pool/messages.js";
import type { Pool } from "./pool/pool.js";
import type { Pieces } from "./pool/task.js";

export interface Answers {
  /**
   * Answers a job in one piece, or not at all.
   * @param time most milliseconds; by default those for one person
   */
  whole(caller: AbortSignal | undefined, job: Job, time?: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Answers a job about a table piece by piece. @param done called when the last piece was read, or none will be */
  streamed(c: C, job: Job, type: string, done: () => void): Promise<Response>;
  /**
   * Holds one of the few places for tables while a response is made and read.
   * @param work calls `done` when its response needs the place no longer; if it throws, the place is free again
   * @throws Refusal 503 if no place is free
   */
  asTable(work: (done: () => void) => Promise<Response>): Promise<Response>;
}

export const jsonResponse = (bytes: Uint8Array<ArrayBuffer>): Response => new Response(bytes, { headers: { "content-type": "application/json" } });

export function createAnswers(pool: Pool, limits: Limits): Answers {
  let tables = 0;
  return {
    async whole(caller, job, time = limits.time) {
      const clock = startClock(caller, time);
      try {
        const parts: Uint8Array[] = [];
        for await (const piece of await pool.ask(job, clock.signal)) parts.push(piece);
        return (parts.length === 1 ? parts[0] : Buffer.concat(parts)) as Uint8Array<ArrayBuffer>;
      } finally {
        clock.stop();
      }
    },
    async streamed(c, job, type, done) {
      const clock = startClock(c.req.raw.signal, limits.tableTime);
      const end = (): void => {
        clock.stop();
        done();
      };
      try {
        const broken = (): void => void c.env?.outgoing?.destroy();
        return new Response(streamOf(await pool.ask(job, clock.signal), end, broken), { headers: { "content-type": type } });
      } catch (cause) {
        end();
        throw cause;
      }
    },
    async asTable(work) {
      if (tables >= limits.tables) throw new Refusal(503, "busy", `${limits.tables} tables are being completed, which is the most that this server takes at once; ask again later.`, { headers: { "retry-after": "5" } });
      tables++;
      let held = true;
      const done = (): void => {
        if (held) tables--;
        held = false;
      };
      try {
        return await work(done);
      } catch (cause) {
        done();
        throw cause;
      }
    },
  };
}

/** A signal that is aborted when the time is up, with a refusal, or when the caller has gone. */
function startClock(caller: AbortSignal | undefined, time: number): { signal: AbortSignal; stop(): void } {
  const control = new AbortController();
  const gone = (): void => control.abort(new Refusal(408, "gone", "The caller has gone."));
  const timer = setTimeout(() => control.abort(new Refusal(504, "too-slow", `The answer took longer than ${time / 1000} s, which is the most that this server allows.`)), time);
  if (caller?.aborted) gone();
  caller?.addEventListener("abort", gone, { once: true });
  return {
    signal: control.signal,
    stop() {
      clearTimeout(timer);
      caller?.removeEventListener("abort", gone);
    },
  };
}

/** Pieces as a response's body; a failure breaks the connection off, so that no reader takes a part for the whole. */
function streamOf(pieces: Pieces, end: () => void, broken: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (!done) return controller.enqueue(value);
      } catch {
        broken();
      }
      controller.close();
      end();
    },
    async cancel() {
      await pieces.return?.();
      end();
    },
  }, { highWaterMark: 0 });
}
