import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync, existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll } from "vitest";
import { planCohort } from "../../src/cohort/simulate.js";

/** The built command line: VHGM_DIST names another build than dist/. */
export const mainFile = resolve(process.env.VHGM_DIST ?? join(import.meta.dirname, "../../dist"), "cli/main.js");

export interface Run {
  /** Exit code; null if a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs vhgm in a folder to its end. */
export function vhgm(folder: string, args: readonly string[], { input, env }: { input?: string; env?: Record<string, string> } = {}): Promise<Run> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [mainFile, ...args], { cwd: folder, env: { ...process.env, ...env }, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      done({ code, stdout, stderr });
    });
    child.stdin?.end(input ?? "");
  });
}

/** Starts vhgm and leaves it running; `ended` gives its exit code, or the signal that ended it. */
export function startVhgm(folder: string, args: readonly string[], env: Record<string, string> = {}): { kill(signal: NodeJS.Signals): void; stderr(): string; ended: Promise<number | string | null> } {
  const child = spawn(process.execPath, [mainFile, ...args], { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<number | string | null>((done) => child.on("close", (code, signal) => done(signal ?? code)));
  return { kill: (signal) => void child.kill(signal), stderr: () => stderr, ended };
}

/** A new folder that goes when the file's tests have ended. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "vhgm-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** All names in a folder, hidden ones too. */
export const listing = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).sort();

/** Settings under which a training takes a second or two: for tests of everything but accuracy. */
export const quickConfig = "epochs: 6\nsteps: 60\nwidth: 16\nmemoryHeads: 2\n";

export const csv = (rows: readonly (readonly string[])[]): string => rows.map((row) => `${row.join(",")}\n`).join("");

export const readCsv = (path: string): string[][] => {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => line.split(","));
};

/** Columns of the small table that most tests use. */
export const smallColumns = ["person_id", "age", "sex", "exam_date", "height", "weight", "systolic", "glucose", "smoking", "lipid_drug", "alcohol"] as const;

/** A small table of invented people with holes, and the same without; header first. */
export function smallTable(rows: number, seed = 1): { table: string[][]; truth: string[][] } {
  const source = planCohort({ seed, rows: { checkup: rows, laboratory: 0, lifestyle: 0 } }).sources[0];
  const at = smallColumns.map((name) => source.columns.indexOf(name));
  const people = Array.from({ length: rows }, (_, i) => source.row(i));
  const pick = (cells: readonly string[]): string[] => at.map((j) => cells[j]);
  return {
    table: [[...smallColumns], ...people.map(({ observed }) => pick(observed))],
    truth: [[...smallColumns], ...people.map(({ complete }) => pick(complete))],
  };
}

/** Writes the small table and the quick settings into a folder, and trains model.vhgm there with the given options. */
export async function trainSmall(folder: string, rows = 160, ...options: string[]): Promise<void> {
  writeFileSync(join(folder, "quick.yaml"), quickConfig);
  writeFileSync(join(folder, "people.csv"), csv(smallTable(rows).table));
  const run = await vhgm(folder, ["train", "people.csv", "-o", "model.vhgm", "--config", "quick.yaml", "--quiet", ...options]);
  if (run.code !== 0 || !existsSync(join(folder, "model.vhgm"))) throw new Error(`training failed (${run.code}): ${run.stderr}`);
}
