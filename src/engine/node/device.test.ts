import { expect, test } from "vitest";
import { VhgmError } from "../../base/errors.js";
import type { Device, SessionFactory } from "../session.js";
import { usableDevice } from "./device.js";
import { openSession } from "./session.js";

/** A runtime that has every device: the processor takes the work of all. */
const everywhere: SessionFactory = (model) => openSession(model, { threads: 1 });
const nowhere: SessionFactory = () => Promise.reject(new VhgmError("device", "no such provider"));

async function settle(device: Device, open: SessionFactory): Promise<{ device: Device; said: string[] }> {
  const said: string[] = [];
  return { device: await usableDevice(device, (sentence) => said.push(sentence), open), said };
}

test("a device that runs is used without a word", async () => {
  expect(await settle("webgpu", everywhere)).toEqual({ device: "webgpu", said: [] });
  expect(await settle("cpu", nowhere)).toEqual({ device: "cpu", said: [] });
});

test("where it does not run the processor takes over, said in one sentence", async () => {
  const { device, said } = await settle("cuda", nowhere);
  expect(device).toBe("cpu");
  expect(said).toEqual([expect.stringMatching(/^The device 'cuda' is not usable here, so the processor does the work; .*\.$/)]);
});

test("a device that opens but cannot run is not usable", async () => {
  const broken: SessionFactory = async (model) => ({ ...(await everywhere(model)), run: () => Promise.reject(new VhgmError("device", "lost")) });
  expect((await settle("webgpu", broken)).device).toBe("cpu");
});

test("other faults are not hidden", async () => {
  await expect(settle("cuda", () => Promise.reject(new TypeError("a fault of the program")))).rejects.toThrow("a fault of the program");
});
