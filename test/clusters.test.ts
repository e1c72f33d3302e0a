import { execFile, execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { mainFile, readCsv, trainSmall, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const examples = resolve(import.meta.dirname, "../examples");
const run = promisify(execFile);

/** A Python that has numpy, pyarrow and onnxruntime, and for each example its engine: VHGM_PYTHON, or python3. */
const python = process.env.VHGM_PYTHON ?? "python3";
function has(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore", timeout: 120_000 });
    return true;
  } catch {
    return false;
  }
}
const hasCore = has(python, "-c", "import numpy, pyarrow, onnxruntime");
const engines = {
  spark: hasCore && has(python, "-c", "import pyspark") && has("java", "-version"),
  ray: hasCore && has(python, "-c", "import ray.data"),
};
for (const [engine, there] of Object.entries({ parts: hasCore, ...engines })) {
  if (!there) console.warn(`The example examples/${engine === "parts" ? "vhgm_partitions.py" : engine} is not tested: ${python} lacks a package that it needs; name another Python in VHGM_PYTHON.`);
}

/** Rows of a Parquet file or folder by their key, cells as JSON has them. */
async function table(path: string, key?: string): Promise<Record<string, unknown>[]> {
  const program = "import sys, json, pyarrow.dataset as d; print(json.dumps(d.dataset(sys.argv[1], format='parquet').to_table().to_pylist(), default=str))";
  const { stdout } = await run(python, ["-c", program, path], { cwd: folder, maxBuffer: 1 << 27 });
  const rows = JSON.parse(stdout) as Record<string, unknown>[];
  return key === undefined ? rows : rows.sort((a, b) => (String(a[key]) < String(b[key]) ? -1 : 1));
}

/** Cells that differ. */
function differences(a: readonly Record<string, unknown>[], b: readonly Record<string, unknown>[]): number {
  expect(b.length).toBe(a.length);
  expect(Object.keys(b[0])).toEqual(Object.keys(a[0]));
  return a.reduce((sum, row, i) => sum + Object.keys(row).filter((name) => row[name] !== b[i][name]).length, 0);
}

/** Uniforms of the Python generator and hashes of texts. */
const generator = `
import sys, json
sys.path.insert(0, ${JSON.stringify(examples)})
from vhgm_partitions import hash_text, uniforms
print(json.dumps([hash_text("Grüße 𝄞", 7), hash_text("", 4294967295), uniforms([1, 4294967295], [(5,), (2531, 77)], 3).tolist()]))
`;

describe.skipIf(!hasCore)("an exported model in partitions", () => {
  beforeAll(async () => {
    await trainSmall(folder);
    const [header, ...rows] = readCsv(join(folder, "people.csv"));
    writeFileSync(join(folder, "some.csv"), [header, ...rows.slice(0, 60)].map((row) => row.join(",")).join("\n"));
    const made = "import sys, pyarrow.csv as c, pyarrow.parquet as p; p.write_table(c.read_csv('some.csv'), 'some.parquet')";
    await run(python, ["-c", made], { cwd: folder });
    for (const args of [["-o", "points.parquet"], ["-o", "draws.parquet", "-m", "2"]]) {
      const { code, stderr } = await vhgm(folder, ["impute", "model.vhgm", "some.parquet", "--key", "person_id", "--quiet", ...args]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    }
    expect((await vhgm(folder, ["export", "model.vhgm", "-o", "onnx"])).code).toBe(0);
  }, 600_000);

  it("draws by the program's own random numbers", async () => {
    const { createRng, hashText } = await import("../src/base/random.js");
    const streams = [createRng(1, 5), createRng(4294967295, 2531, 77)];
    const { stdout } = await run(python, ["-c", generator]);
    expect(JSON.parse(stdout)).toEqual([hashText("Grüße 𝄞", 7), hashText("", 4294967295), streams.map((rng) => [rng.uniform(), rng.uniform(), rng.uniform()])]);
  });

  it("gives the program's points, draws and people, whatever the parts", { timeout: 900_000 }, async () => {
    const program = `
import sys, pyarrow as pa, pyarrow.parquet as p
sys.path.insert(0, ${JSON.stringify(examples)})
from vhgm_partitions import Model
model = Model("onnx")
table = p.read_table("some.parquet")
for name, draw in [("points", None), ("draw1", 0), ("draw2", 1)]:
    for size in [60, 7]:
        parts = [model.complete(table.slice(i, size), "person_id", 1, draw) for i in range(0, 60, size)]
        p.write_table(pa.concat_tables(parts), f"{name}.{size}.parquet")
parts = [model.invent(list(range(i, i + 20)), 3) for i in (0, 20)]
p.write_table(pa.concat_tables(parts), "people.40.parquet")
`;
    await run(python, ["-c", program], { cwd: folder, env: { ...process.env, VHGM_MAIN: mainFile, VHGM_MODEL: join(folder, "model.vhgm") } });
    expect((await vhgm(folder, ["generate", "model.vhgm", "-n", "40", "--seed", "3", "-o", "invented.parquet", "--quiet"])).code).toBe(0);
    expect(differences(await table("invented.parquet"), await table("people.40.parquet"))).toBe(0);
    const holes = (await table("some.parquet")).reduce((sum, row) => sum + Object.values(row).filter((cell) => cell === null || cell === "").length, 0);
    for (const [name, expected, most] of [["points", "points", 0], ["draw1", "draws-1", 0.02 * holes], ["draw2", "draws-2", 0.02 * holes]] as const) {
      const whole = await table(`${name}.60.parquet`);
      expect(differences(await table(`${name}.7.parquet`), whole), name).toBe(0);
      expect(differences(await table(`${expected}.parquet`), whole), name).toBeLessThanOrEqual(most);
    }
  });

  for (const [engine, there] of Object.entries(engines)) {
    it.skipIf(!there)(`on ${engine}: a part that fails and is done again changes nothing`, { timeout: 900_000 }, async () => {
      const out = `${engine}-out`;
      const script = (...args: string[]) => run(python, [join(examples, engine, "partitions.py"), ...args], { cwd: folder, env: { ...process.env, PYSPARK_PYTHON: python, PYSPARK_DRIVER_PYTHON: python, VHGM_FAIL_ONCE: join(folder, `${engine}.failed`) } });
      await script("impute", "onnx", "some.parquet", out, "--key", "person_id", "--partitions", "3", "--batch", "16");
      expect(existsSync(join(folder, `${engine}.failed`))).toBe(true);
      expect(existsSync(join(folder, `${out}.unfinished`))).toBe(false);
      expect(differences(await table("points.parquet", "person_id"), await table(out, "person_id"))).toBe(0);
    });
  }
});
