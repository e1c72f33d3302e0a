import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../src/base/random.js";
import { csv, listing, smallTable, startVhgm, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const train = (output: string, ...more: string[]): string[] => ["train", "people.csv", "-o", output, "--config", "slow.yaml", "--threads", "1", ...more];
let reference: Buffer;
let seconds: number;

/** Waits until a file exists, at most for a while. */
async function appears(name: string): Promise<void> {
  for (let i = 0; i < 600 && !existsSync(at(name)); i++) await sleep(50);
  expect(listing(folder)).toContain(name);
}

beforeAll(async () => {
  writeFileSync(at("people.csv"), csv(smallTable(300).table));
  // Long enough for a checkpoint in the middle of a network (one is due every two seconds), and for one at its end.
  writeFileSync(at("slow.yaml"), "network: mlp\nepochs: 90\nsteps: 10000\nwidth: 64\npatience: 1\nmembers: 2\n");
  const start = Date.now();
  const run = await vhgm(folder, train("whole.vhgm", "--quiet"));
  seconds = (Date.now() - start) / 1000;
  expect(run).toMatchObject({ code: 0, stderr: "" });
  reference = readFileSync(at("whole.vhgm"));
});

describe("work that was cut off", () => {
  it("goes on after kill -9, five times over, to the same bytes", async () => {
    const rng = createRng(2026);
    for (let kills = 0; kills < 5; ) {
      const run = startVhgm(folder, train("killed.vhgm", "--resume"));
      // On any machine the second run gets as far as a checkpoint: one is due at the end of the first network.
      if (kills === 1) await appears("killed.vhgm.checkpoint");
      await sleep(1000 * seconds * (kills === 1 ? 0.1 : 0.1 + 0.3) * rng.uniform());
      run.kill("SIGKILL");
      const ended = await run.ended;
      if (ended === "SIGKILL") {
        kills++;
        expect(existsSync(at("killed.vhgm"))).toBe(false);
        continue;
      }
      // The machine has become so much faster that the run was complete before: once more, with shorter waits.
      expect(ended).toBe(0);
      expect(readFileSync(at("killed.vhgm")).equals(reference)).toBe(true);
      rmSync(at("killed.vhgm"));
      kills = 0;
      seconds /= 2;
      expect(seconds).toBeGreaterThan(0.2);
    }
    expect(listing(folder)).toContain("killed.vhgm.checkpoint");
    expect((await vhgm(folder, train("killed.vhgm", "--resume", "--quiet"))).code).toBe(0);
    expect(readFileSync(at("killed.vhgm")).equals(reference)).toBe(true);
    expect(listing(folder).filter((name) => /checkpoint|tmp/.test(name))).toEqual([]);
  });

  it("stops cleanly at Ctrl-C, says how to go on, and goes on to the same bytes", async () => {
    const run = startVhgm(folder, train("stopped.vhgm"));
    await appears("stopped.vhgm.checkpoint");
    run.kill("SIGINT");
    expect(await run.ended).toBe(130);
    expect(run.stderr()).toMatch(/its progress is in "stopped\.vhgm\.checkpoint", and the same command with --resume goes on from there/);
    expect(listing(folder).filter((name) => name.includes("stopped"))).toEqual(["stopped.vhgm.checkpoint"]);

    // Another table, other settings: refused.
    const other = await vhgm(folder, [...train("stopped.vhgm", "--resume"), "--seed", "5"]);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringMatching(/belongs to a training with another choice of settings/) });
    writeFileSync(at("others.csv"), csv(smallTable(300, 8).table));
    const table = await vhgm(folder, ["train", "others.csv", "-o", "stopped.vhgm", "--config", "slow.yaml", "--threads", "1", "--resume"]);
    expect(table).toMatchObject({ code: 2, stderr: expect.stringMatching(/belongs to a training with another table/) });

    const resumed = await vhgm(folder, train("stopped.vhgm", "--resume"));
    expect(resumed).toMatchObject({ code: 0, stderr: expect.stringMatching(/Going on from "stopped\.vhgm\.checkpoint": \d networks? complete/) });
    expect(readFileSync(at("stopped.vhgm")).equals(reference)).toBe(true);
  });

  it("refuses a damaged checkpoint, and starts anew without one", async () => {
    writeFileSync(at("quick.yaml"), "epochs: 4\nsteps: 40\nwidth: 16\n");
    writeFileSync(at("new.vhgm.checkpoint"), "not a checkpoint");
    const quick = ["train", "people.csv", "-o", "new.vhgm", "--config", "quick.yaml", "--quiet"];
    expect(await vhgm(folder, [...quick, "--resume"])).toMatchObject({ code: 1, stderr: expect.stringMatching(/The checkpoint "new\.vhgm\.checkpoint" is damaged/) });
    expect((await vhgm(folder, quick)).code).toBe(0);
    expect(listing(folder)).not.toContain("new.vhgm.checkpoint");
    const { notes } = JSON.parse((await vhgm(folder, [...quick, "--resume", "--json"])).stdout);
    expect(notes).toEqual(['There is no checkpoint "new.vhgm.checkpoint", so the training starts anew.']);
  });

  it("leaves nothing of an imputation that is stopped", async () => {
    const before = listing(folder);
    const run = startVhgm(folder, ["impute", "whole.vhgm", "people.csv", "-o", "draws.csv", "-m", "40", "--batch", "16"]);
    for (let i = 0; i < 200 && !run.stderr().includes("Completing"); i++) await sleep(50);
    run.kill("SIGINT");
    expect(await run.ended).toBe(130);
    expect(run.stderr()).toMatch(/The imputation was stopped; nothing was written/);
    expect(listing(folder)).toEqual(before);
  });
});
