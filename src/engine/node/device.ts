import { isVhgmError } from "../../base/errors.js";
import { Graph } from "../graph.js";
import { toOnnx } from "../onnx.js";
import { add } from "../ops/index.js";
import { float32, type Device, type SessionFactory } from "../session.js";
import { openSession } from "./session.js";

/** A graph that any device can run: y = x + x. */
function smallest(): Uint8Array {
  const g = new Graph();
  const x = g.input("x", [8]);
  g.output("y", add(x, x));
  return toOnnx(g);
}

/**
 * The device that is asked for, if it runs a small graph here; else the processor, and `say` is told so in one sentence.
 * @param open how sessions are opened; for tests
 */
export async function usableDevice(device: Device, say: (sentence: string) => void, open: SessionFactory = openSession): Promise<Device> {
  if (device === "cpu") return device;
  try {
    const session = await open(smallest(), { device });
    try {
      await session.run({ x: float32(new Float32Array(8), 8) });
    } finally {
      await session.close();
    }
    return device;
  } catch (cause) {
    if (!isVhgmError(cause) || cause.code !== "device") throw cause;
    say(`The device '${device}' is not usable here, so the processor does the work; what is needed for it stands in the README under "Installing offline, and GPUs".`);
    return "cpu";
  }
}
