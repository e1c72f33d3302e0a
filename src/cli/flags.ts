/** Readers of option values; each says what it takes. Commander puts the option's name before the message. */
import { InvalidArgumentError, type Command } from "commander";
import type { Device } from "../engine/index.js";
import { usableDevice } from "../engine/node/device.js";
import { tell } from "./terminal.js";

const devices: readonly Device[] = ["cpu", "webgpu", "cuda"];

/** A whole number in [least, most]. */
export const whole = (least: number, most: number) => (text: string): number => {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text.trim()) || value < least || value > most) {
    throw new InvalidArgumentError(`A whole number from ${least} to ${most} is allowed.`);
  }
  return value;
};

export const seed = whole(0, 4_294_967_295);

/** A probability strictly between 0 and 1. */
export function level(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("A number between 0 and 1 is allowed, for instance 0.9.");
  return value;
}

/** Names separated by commas; a comma within a name is written as \, */
export function names(text: string): string[] {
  const list = text.split(/(?<!\\),/).map((name) => name.replaceAll("\\,", ",").trim());
  if (list.some((name) => name === "")) throw new InvalidArgumentError("Names separated by commas are allowed, for instance weight,glucose.");
  return list;
}

/** Values separated by commas, each read by itself; repeated ones count once. An option that is given again adds to its list. */
export function listOf<T>(read: (text: string) => T): (text: string, before?: T[]) => T[] {
  const given = new WeakSet<T[]>(); // a default is not one of them
  return (text, before) => {
    const list = [...new Set([...(before && given.has(before) ? before : []), ...names(text).map(read)])];
    given.add(list);
    return list;
  };
}

export const oneOf = <T extends string>(allowed: readonly T[]) => (text: string): T => {
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw new InvalidArgumentError(`Allowed are ${allowed.join(", ")}.`);
  return found;
};

/** Where the device is not usable, the command runs on the processor and says so. */
export const deviceFlag = (command: Command): Command =>
  command
    .option("--device <name>", `where the model runs: ${devices.join(", ")} (the processor takes over where the device is absent)`, oneOf(devices), "cpu")
    .hook("preAction", async (_, chosen) => {
      chosen.setOptionValue("device", await usableDevice(chosen.opts<{ device: Device }>().device, tell));
    });

export const quietFlag = (command: Command): Command => command.option("--quiet", "no progress");

export const jsonFlag = (command: Command): Command => command.option("--json", "print the result as JSON, and nothing else on stdout");

/** Examples under a command's help. */
export const examples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
