import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listing, quickConfig, readCsv, startVhgm, vhgm, workFolder } from "./support/cli.js";
import { inventedCycle, startSite, type Site } from "./support/nhanes.js";

const folder = workFolder();
const source = "nhanes:2017-2018:DEMO,BMX,TCHOL,SMQ";
const env = (): Record<string, string> => ({ VHGM_NHANES_URL: site.url });
let site: Site;
beforeAll(async () => {
  site = await startSite(inventedCycle());
  writeFileSync(join(folder, "quick.yaml"), quickConfig);
});
afterAll(() => site.close());

test("inspect downloads, joins and explains; its dictionary and the cached files serve train without the network", async () => {
  const inspected = await vhgm(folder, ["inspect", source, "--data-cache", "cache", "-o", "nhanes.yaml"], { env: env() });
  expect(inspected.stderr).toContain("The dictionary is in nhanes.yaml");
  expect(inspected.code).toBe(0);
  expect(inspected.stdout).toContain("NHANES 2017-2018:DEMO,BMX,TCHOL,SMQ: 120 rows, 11 columns");
  expect(inspected.stdout).toMatch(/SEQN\s+\(key\)/);
  expect(inspected.stdout).toMatch(/BMXWT\s+positive\s+\d+%\s+kg/);
  const dictionary = readFileSync(join(folder, "nhanes.yaml"), "utf8");
  expect(dictionary).toContain('missing: ["777", "999", "666"]');
  expect(dictionary).toContain('label: "Body Mass Index (kg/m**2)"');
  expect(listing(join(folder, "cache"))).toContain(join("nhanes", "2017-2018", "DEMO_J.xpt"));
  const offline = { VHGM_NHANES_URL: "http://127.0.0.1:9" };
  const trained = await vhgm(folder, ["train", source, "--data-cache", "cache", "--schema", "nhanes.yaml", "-o", "model.vhgm", "--config", "quick.yaml", "--quiet"], { env: offline });
  expect(trained.stderr).toBe("");
  expect(trained.code).toBe(0);
  const predicted = await vhgm(folder, ["predict", "model.vhgm", "--given", '{"RIAGENDR": "Female", "SMQ040": "Not at all"}', "--ask", "BMXWT,DMDEDUC2", "--json"]);
  expect(predicted.code).toBe(0);
  expect(predicted.stdout).toContain("High school graduate/GED or equivalent");
});

test("complete fills a cycle by what the codebooks say alone", async () => {
  const run = await vhgm(folder, ["complete", "nhanes:2017-2018", "--data-cache", "cache", "-o", "completed.csv", "--config", "quick.yaml"], { env: env() });
  expect(run.stderr).toContain("RXQ_RX_J (several rows for a person)");
  expect(run.code).toBe(0);
  const [header, ...rows] = readCsv(join(folder, "completed.csv"));
  const column = (name: string): string[] => rows.map((row) => row[header.indexOf(name)]);
  expect(rows).toHaveLength(120);
  expect(column("BMXWT").every((cell) => Number(cell) > 0)).toBe(true);
  expect(new Set(column("SMQ040"))).toEqual(new Set(["Every day", "Some days", "Not at all"]));
  // Codes without an answer are holes, and are filled.
  expect(column("SMD650").filter((cell) => ["777", "999", "666"].includes(cell))).toEqual([]);
});

test("without a way to the site: one sentence, exit code 1, nothing left", async () => {
  const run = await vhgm(folder, ["train", "nhanes:2017-2018:DEMO", "--data-cache", "empty", "-o", "none.vhgm"], { env: { VHGM_NHANES_URL: "http://no-such-host.invalid" } });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/no-such-host\.invalid can't be reached for .*DEMO_J\.xpt.*online.*DEMO_J\.xpt \(another folder: --data-cache\).*VHGM_NHANES_URL\.\n$/);
  expect(existsSync(join(folder, "empty"))).toBe(false);
  expect(existsSync(join(folder, "none.vhgm"))).toBe(false);
});

test("a slow download shows its progress and the time left; Ctrl-C ends it and leaves no file", async () => {
  const whole = site.answers["/Nchs/Data/Nhanes/Public/2017/DataFiles/DEMO_J.xpt"] as Buffer;
  const piece = Math.ceil(whole.length / 40);
  const slow = await startSite({
    "/Nchs/Data/Nhanes/Public/2017/DataFiles/DEMO_J.xpt": (_, response) => {
      response.writeHead(200, { "content-length": whole.length });
      let at = 0;
      const timer = setInterval(() => (at < whole.length ? response.write(whole.subarray(at, (at += piece))) : response.end()), 500);
      response.on("close", () => clearInterval(timer));
    },
  });
  const run = startVhgm(folder, ["inspect", "nhanes:2017-2018:DEMO", "--data-cache", "slow"], { VHGM_NHANES_URL: slow.url });
  await expect.poll(() => run.stderr(), { timeout: 30_000, interval: 100 }).toMatch(/Downloading nhanes:2017-2018:DEMO …\n {2}0 of 2 files, \d+ kB, about \d+ s left/);
  expect(listing(join(folder, "slow")).some((name) => name.endsWith(".tmp"))).toBe(true);
  run.kill("SIGINT");
  expect(await run.ended).toBe(130);
  await slow.close();
  expect(listing(join(folder, "slow"))).toEqual(["nhanes", join("nhanes", "2017-2018")]);
});

test("a cycle or file that doesn't exist is a mistake of usage", async () => {
  const cycle = await vhgm(folder, ["inspect", "nhanes:2018"], { env: env() });
  expect([cycle.code, cycle.stderr]).toEqual([2, expect.stringContaining("cycles are 1999-2000")]);
  const file = await vhgm(folder, ["inspect", "nhanes:2017-2018:DEMOGRAPHY", "--data-cache", "cache"], { env: env() });
  expect([file.code, file.stderr]).toEqual([2, expect.stringContaining("NHANES 2017-2018 has no file DEMOGRAPHY_J")]);
});

test.each(["inspect", "train", "complete"])("%s --help shows the source and its cache", async (command) => {
  const { stdout } = await vhgm(folder, [command, "--help"]);
  expect(stdout).toContain("nhanes:CYCLE[:COMPONENTS]");
  expect(stdout).toContain("--data-cache");
  expect(stdout).toMatch(/\$ vhgm \w+ nhanes:2017-2018/);
});
