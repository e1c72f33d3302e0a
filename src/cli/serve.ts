import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { Device } from "../engine/index.js";
import { defaultLimits } from "../server/limits.js";
import { serve } from "../server/serve.js";
import { deviceFlag, examples, listOf, quietFlag, whole } from "./flags.js";
import { stoppable, untilStopped } from "./interrupt.js";
import { print, tell } from "./terminal.js";
import { count } from "./text.js";

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly workers?: number;
  readonly queue: number;
  readonly maxBody: number;
  readonly maxTable: number;
  readonly maxRows: number;
  readonly timeout: number;
  readonly tableTimeout: number;
  readonly rate?: number;
  readonly apiKeyFile?: string;
  readonly cors?: string[];
  readonly allowHost?: string[];
  readonly device: Device;
  readonly quiet?: boolean;
}

/** The web app, where the package was built with it. */
const webFolder = fileURLToPath(new URL("../web", import.meta.url));

export function addServe(program: Command): void {
  const command = program
    .command("serve")
    .summary("answer over HTTP, and serve the web app")
    .description(
      "Answer over HTTP: predict, compare, impute and generate as an API, described at /docs, with the web app at /.\n" +
        "Nothing that a caller sends is stored or logged; the log names method, route, status and milliseconds.\n" +
        "Ctrl-C or SIGTERM finishes what was taken and ends.",
    )
    .argument("<models...>", "models of vhgm train: FILE or NAME=FILE; the first is the default, ?model=NAME asks another")
    .option("--port <number>", "where to listen; 0 takes any free port", whole(0, 65_535), 8080)
    .option("--host <address>", "which of this machine's addresses; 0.0.0.0 lets others in", "127.0.0.1")
    .option("--workers <number>", "threads that answer, each with the models in memory (default: cores - 1)", whole(1, 256))
    .option("--queue <number>", "requests that may wait for a worker; more get 503", whole(0, 100_000), 128)
    .option("--api-key-file <file>", "keys that may ask, one a line")
    .option("--rate <number>", "requests per client and minute; more get 429", whole(1, 1_000_000))
    .option("--max-body <bytes>", "largest JSON body", whole(1, 1 << 30), defaultLimits.body)
    .option("--max-table <bytes>", "largest CSV body", whole(1, 1 << 30), defaultLimits.table)
    .option("--max-rows <number>", "most rows of a table, and people invented at once", whole(1, 1_000_000_000), defaultLimits.rows)
    .option("--timeout <seconds>", "longest answer about one person", whole(1, 86_400), defaultLimits.time / 1000)
    .option("--table-timeout <seconds>", "longest answer about a table", whole(1, 86_400), defaultLimits.tableTime / 1000)
    .option("--cors <origins>", "pages of these origins may ask, for instance https://example.org; * for all", listOf(String))
    .option("--allow-host <names>", "names, besides this machine's, under which requests may come (behind a proxy)", listOf(String));
  quietFlag(deviceFlag(command));
  examples(
    command,
    "vhgm serve cohort.vhgm",
    "vhgm serve cohort=a.vhgm other=b.vhgm --port 9000 --workers 4",
    "vhgm serve cohort.vhgm --host 0.0.0.0 --api-key-file keys.txt --rate 600",
    `curl -H 'content-type: application/json' -d '{"given": {"age": 60}, "ask": ["systolic"]}' http://127.0.0.1:8080/v1/predict`,
  ).action(run);
}

async function run(models: string[], flags: Flags): Promise<void> {
  const { host, port, workers, queue, maxBody, maxTable, maxRows, timeout, tableTimeout, rate, apiKeyFile, cors, allowHost, device, quiet } = flags;
  await stoppable(async () => {
    const server = await serve({
      models,
      host,
      port,
      workers,
      queue,
      device,
      rate,
      keyFile: apiKeyFile,
      cors,
      allowHosts: allowHost,
      web: webFolder,
      limits: { body: maxBody, table: maxTable, rows: maxRows, time: 1000 * timeout, tableTime: 1000 * tableTimeout },
      log: quiet ? undefined : tell,
    });
    const said = server.models.map(({ name, summary }) => `${name} (${count(summary.learned)} attributes)`).join(", ");
    print(`${server.url} serves ${said}; the API is described at ${server.url}/docs. Ctrl-C ends it.`);
    await untilStopped();
    await server.close();
  });
}
