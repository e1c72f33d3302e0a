/* The thread behind `openWorkerSession`: holds one session and answers the messages of messages.ts in their order. */
import { parentPort } from "node:worker_threads";
import { VhgmError, isVhgmError } from "../../base/errors.js";
import type { Session } from "../session.js";
import { buffersOf, type Reply, type Request } from "./messages.js";
import { openSession } from "./session.js";

const port = parentPort!;
let session: Session | undefined;
let queue = Promise.resolve();

port.on("message", (request: Request) => {
  queue = queue.then(async () => {
    try {
      const reply = await answer(request);
      port.postMessage(reply, reply.kind === "results" ? buffersOf(reply.results) : []);
    } catch (error) {
      const code = isVhgmError(error) ? error.code : "device";
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ id: request.id, kind: "failed", code, message } satisfies Reply);
    }
    // With its port closed and no session left, the thread ends by itself, never in the middle of a native run.
    if (request.kind === "close") port.close();
  });
});

async function answer(request: Request): Promise<Reply> {
  const { id } = request;
  if (request.kind === "open") {
    session = await openSession(request.model, request.options);
    return { id, kind: "opened", inputNames: session.inputNames, outputNames: session.outputNames };
  }
  if (request.kind === "close") {
    await session?.close();
    return { id, kind: "closed" };
  }
  if (!session) throw new VhgmError("device", "The worker has no session to run.");
  return { id, kind: "results", results: await session.run(request.feeds) };
}
