import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTrainingOptions, type TrainingFlags } from "./trainingFlags.js";

const settle = async (flags: Partial<TrainingFlags>, draws?: number) => {
  const { members, bootstrap, memory } = await readTrainingOptions({ device: "cpu", ...flags }, draws);
  expect(memory).toBe(bootstrap ? "none" : "prototypes");
  return { members, bootstrap };
};

describe("members of an ensemble", () => {
  test("are one by default and four with --best", async () => {
    expect(await settle({})).toEqual({ members: 1, bootstrap: false });
    expect(await settle({ best: true })).toEqual({ members: 4, bootstrap: false });
  });

  test("are bootstrapped where several tables are drawn, as many as tables up to five", async () => {
    expect(await settle({}, 20)).toEqual({ members: 5, bootstrap: true });
    expect(await settle({}, 2)).toEqual({ members: 2, bootstrap: true });
    expect(await settle({}, 1)).toEqual({ members: 1, bootstrap: false });
    expect(await settle({ best: true }, 20)).toEqual({ members: 4, bootstrap: true });
    expect(await settle({ members: 1 }, 20)).toEqual({ members: 1, bootstrap: false });
    expect(await settle({ members: 9 }, 20)).toEqual({ members: 9, bootstrap: true });
  });

  test("are bootstrapped with --bootstrap, and not where the configuration says so", async () => {
    expect(await settle({ bootstrap: true })).toEqual({ members: 5, bootstrap: true });
    const config = join(mkdtempSync(join(tmpdir(), "vhgm-flags-")), "c.yaml");
    writeFileSync(config, "bootstrap: false\nmembers: 3\n");
    expect(await settle({ config }, 20)).toEqual({ members: 3, bootstrap: false });
    expect((await readTrainingOptions({ device: "cpu", bootstrap: true, memory: "rows" })).memory).toBe("rows");
  });
});
