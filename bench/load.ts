/**
 * Loads a server from a second process: single predictions of 20 given and 100 asked attributes, at one client and at 32.
 *   npm run bench:load -- MODEL [--seconds 20] [--workers N]
 * starts `vhgm serve MODEL`;  --url http://… loads a server that runs already. Times are of whole requests, in milliseconds;
 * "server CPU" is the server's processor time per request, which other programs on the machine touch less.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createRng, permutation, type Rng } from "../src/base/random.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { type: "string" }, seconds: { type: "string", default: "20" }, workers: { type: "string" }, clients: { type: "string", default: "1,32" }, given: { type: "string", default: "20" }, asked: { type: "string", default: "100" } },
});

interface Reply {
  readonly status: number;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true });

function send(base: string, path: string, body?: string): Promise<Reply> {
  return new Promise((done, failed) => {
    const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const asked = request(base + path, { method: body === undefined ? "GET" : "POST", headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece)).on("end", () => done({ status: response.statusCode!, text })).on("error", failed);
    });
    asked.on("error", failed).end(body);
  });
}

interface Answer {
  readonly name: string;
  readonly type: string;
  readonly median?: number | string;
  readonly mode?: number | string;
}

/** Different people: some attributes at their usual values, others asked. */
async function makeQuestions(base: string, rng: Rng): Promise<string[]> {
  const { answers } = JSON.parse((await send(base, "/v1/predict", "{}")).text) as { answers: Answer[] };
  const usual = answers.filter(({ median, mode }) => (median ?? mode) !== undefined);
  const [given, asked] = [Number(flags.given), Number(flags.asked)];
  if (usual.length < given + asked) throw new Error(`The model has ${usual.length} attributes to answer; ${given} given and ${asked} asked need ${given + asked}.`);
  return Array.from({ length: 50 }, () => {
    const order = Array.from(permutation(usual.length, rng), (k) => usual[k]);
    const known = order.slice(0, given).map(({ name, median, mode }) => [name, median ?? mode]);
    return JSON.stringify({ given: Object.fromEntries(known), ask: order.slice(given, given + asked).map(({ name }) => name) });
  });
}

/** Resident bytes and processor seconds of the server. */
async function usage(base: string): Promise<{ memory: number; cpu: number }> {
  const { text } = await send(base, "/metrics");
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
  return { memory: figure("process_resident_memory_bytes"), cpu: figure("process_cpu_seconds_total") };
}

async function load(base: string, clients: number, questions: readonly string[], seconds: number): Promise<void> {
  const times: number[] = [];
  const statuses = new Map<string, number>();
  const before = await usage(base);
  const end = performance.now() + 1000 * seconds;
  let next = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        const start = performance.now();
        const status = await send(base, "/v1/predict", questions[next++ % questions.length]).then((reply) => String(reply.status), (error: Error) => error.message);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === "200") times.push(performance.now() - start);
      }
    }),
  );
  const after = await usage(base);
  times.sort((a, b) => a - b);
  const at = (u: number): string => (times[Math.min(times.length - 1, Math.floor(u * times.length))] ?? NaN).toFixed(1);
  const told = [...statuses].map(([status, count]) => `${status}: ${count}`).join(", ");
  const cpu = (1000 * (after.cpu - before.cpu)) / times.length;
  console.log(
    `${String(clients).padStart(3)} clients, ${seconds} s: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${(times.length / seconds).toFixed(0)} answers/s; server CPU ${cpu.toFixed(1)} ms each; ` +
      `memory ${(before.memory / 1e6).toFixed(0)} -> ${(after.memory / 1e6).toFixed(0)} MB; ${told}`,
  );
}

async function start(model: string): Promise<{ base: string; child: ChildProcess }> {
  const workers = flags.workers === undefined ? [] : ["--workers", flags.workers];
  const child = spawn(process.execPath, [resolve("dist/cli/main.js"), "serve", model, "--port", "0", "--quiet", ...workers], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(child.stdout!.setEncoding("utf8"), "data")) as [string];
  return { base: /http:\/\/\S+/.exec(said)![0], child };
}

const server = flags.url === undefined ? await start(positionals[0] ?? "demo/people.vhgm") : { base: flags.url, child: undefined };
try {
  const questions = await makeQuestions(server.base, createRng(1));
  for (const question of questions.slice(0, 10)) await send(server.base, "/v1/predict", question); // warm
  for (const clients of flags.clients.split(",")) await load(server.base, Number(clients), questions, Number(flags.seconds));
} finally {
  agent.destroy();
  server.child?.kill("SIGTERM");
}
