import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pooledColumns, pooledTables } from "../../../test/support/pooled.js";
import { memoryTable, type Table } from "../../data/table.js";
import type { Schema } from "../../schema/schema.js";
import { poolTables, type PoolOptions } from "./pool.js";
import type { Pooled } from "./rubin.js";

const tables: Table[] = pooledTables().map((rows, k) => memoryTable(`draws-${k + 1}.csv`, pooledColumns, rows));

/** summary(pool(as.mira(lapply(tables, lm or glm))), type = "all", conf.int = TRUE) of mice 3.15.0 in R 4.2, on these tables. */
const fromMice: readonly { formula: string; options?: PoolOptions; terms: readonly (readonly [string, ...number[]])[] }[] = [
  {
    formula: "bmi ~ age + sex + smoker",
    terms: [
      ["(Intercept)", 21.4350624446, 1.91904202924, 11.1696680521, 24.9589827483, 3.35495434522e-11, 17.4823920305, 25.3877328588, 0.325828498752, 0.245754634976, 0.29970834079, 2.77767623298, 0.754205064175, 3.68272230999],
      ["age", 0.0460527024442, 0.0265725339975, 1.73309412074, 40.8955172512, 0.0906143959734, -0.00761578274997, 0.0997211876383, 0.127871394808, 0.113374091582, 0.153771196523, 0.000626046166522, 6.67111637727e-5, 0.000706099563049],
      ["sexM", 0.620060515984, 0.928240784806, 0.66799533713, 36.4341626314, 0.508346362316, -1.26172042362, 2.50184145558, 0.171891806887, 0.146678904893, 0.189957171156, 0.735247869739, 0.105319237366, 0.861630954578],
      ["smokerformer", 0.60120663231, 1.21290278277, 0.49567586195, 21.9077940354, 0.62505894388, -1.9148137452, 3.11722700982, 0.387701160881, 0.27938375481, 0.337246465909, 1.06012245425, 0.342508921825, 1.47113316044],
      ["smokernever", 0.483262711956, 1.23621207061, 0.390922175446, 22.9492138094, 0.699460378242, -2.07434998087, 3.04087540478, 0.364937518229, 0.267365731658, 0.323832511247, 1.11962654929, 0.340494778533, 1.52822028353],
    ],
  },
  {
    formula: "log(bmi) ~ age * sex + I(age^2/100)",
    terms: [
      ["(Intercept)", 3.14029767881, 0.165730622811, 18.9482041734, 32.3970352029, 4.28282645745e-19, 2.80287762788, 3.47771772973, 0.217014110546, 0.178316840097, 0.224743505787, 0.0225688750027, 0.00408147027895, 0.0274666393375],
      ["age", -0.000869208055667, 0.00741955914092, -0.11715090333, 29.7449202821, 0.907527936757, -0.0160274202083, 0.014289004097, 0.250967955053, 0.200619011893, 0.249443744476, 4.40058097597e-5, 9.20337340488e-6, 5.50498578456e-5],
      ["sexM", 0.00215012548876, 0.14094541874, 0.015255022178, 31.5614069767, 0.987924752907, -0.285102848425, 0.289403099403, 0.227271449959, 0.185184337146, 0.232336101737, 0.016186811047, 0.00306566668072, 0.0198656110639],
      ["I(age^2/100)", 0.00244486562735, 0.00731910562967, 0.33403884997, 28.0610760732, 0.740833884214, -0.0125461726376, 0.0174359038923, 0.274960896644, 0.21566221942, 0.266165156197, 4.20164315308e-5, 9.62739640622e-6, 5.35693072182e-5],
      ["age:sexM", 0.00067669686642, 0.00229687457863, 0.294616376843, 37.0130960122, 0.769933087848, -0.0039771575116, 0.00533055124443, 0.16590483355, 0.142297062998, 0.185168173834, 4.52492577281e-6, 6.25589214302e-7, 5.27563282997e-6],
    ],
  },
  {
    formula: "bmi ~ smoker + age - 1",
    terms: [
      ["smokercurrent", 21.645291828, 1.85270516987, 11.6830741232, 27.6297826428, 3.34611792379e-12, 17.8479050738, 25.4426785822, 0.286675146363, 0.222803049529, 0.273550843566, 2.66774131464, 0.637312609861, 3.43251644647],
      ["smokerformer", 22.2506294854, 1.53414211401, 14.5036299325, 31.2074297675, 2.04789251947e-15, 19.1225687284, 25.3786902423, 0.237029294413, 0.191611706758, 0.238875608123, 1.90261624086, 0.375813154257, 2.35359202597],
      ["smokernever", 22.1603684617, 1.64797858887, 13.4470002289, 43.3021316543, 4.6464726663e-17, 18.8375733598, 25.4831635635, 0.112060218674, 0.100768120999, 0.139610042391, 2.44216399774, 0.228057859687, 2.71583342937],
      ["age", 0.0486735175834, 0.0266974804062, 1.82315023152, 37.0008133357, 0.0763680400325, -0.00542067586049, 0.102767711027, 0.171708841304, 0.146545656439, 0.189217505953, 0.000608304243266, 8.70426806428e-5, 0.000712755460037],
    ],
  },
  {
    formula: "ill ~ age + smoker",
    options: { family: "binomial" },
    terms: [
      ["(Intercept)", -3.75269311323, 1.95703190497, -1.91754314465, 8.93440374026, 0.0876383493872, -8.18476654616, 0.679380319695, 1.15868361588, 0.53675471818, 0.614386628731, 1.77421732805, 1.71313045752, 3.82997387708],
      ["age", 0.0631905926838, 0.0299266948355, 2.11151258203, 8.80655128146, 0.0645791430872, -0.00473566151693, 0.131116846885, 1.18013443924, 0.54131269063, 0.619013163602, 0.000410803594337, 0.0004040028912, 0.000895607063778],
      ["smokerformer", 1.498545034, 1.08586832327, 1.38004305115, 10.808922339, 0.195448507529, -0.896599856904, 3.89368992489, 0.915538453743, 0.477953575901, 0.553563592568, 0.615550167201, 0.4696332069, 1.17911001548],
      ["smokernever", 1.25720280603, 1.10023316445, 1.14266943285, 12.630645043, 0.274373889177, -1.12679144491, 3.64119705696, 0.760277339538, 0.431907701395, 0.504597254135, 0.687683121838, 0.435691578597, 1.21051301615],
    ],
  },
];
const columns = ["estimate", "stdError", "statistic", "df", "p", "low", "high", "riv", "lambda", "fmi", "ubar", "b", "t"] as const satisfies readonly (keyof Pooled)[];

describe("pooled estimates", () => {
  test.each(fromMice)("are those of mice: $formula", async ({ formula, options, terms }) => {
    const result = await poolTables(tables, formula, options);
    expect(result).toMatchObject({ tables: 5, rows: 60, leftOut: 0, level: 0.95 });
    expect(result.terms.map(({ term }) => term)).toEqual(terms.map(([term]) => term));
    result.terms.forEach((own, k) => columns.forEach((column, c) => {
      const expected = terms[k][c + 1] as number;
      expect(Math.abs(own[column] - expected), `${own.term}: ${column} is ${own[column]}, not ${expected}`).toBeLessThan(1e-6 * Math.max(1e-3, Math.abs(expected)));
    }));
  });

  test("of identical tables have no variance between them, and nearly the degrees of freedom of one", async () => {
    const { terms } = await poolTables([tables[0], tables[0], tables[0]], "bmi ~ age + sex");
    for (const { b, riv, lambda, t, ubar, df } of terms) {
      expect(Math.max(b, riv, lambda)).toBeLessThan(1e-25);
      expect(t).toBeCloseTo(ubar, 12);
      expect(df).toBeGreaterThan(54);
      expect(df).toBeLessThan(57);
    }
  });

  test("do not depend on the order of tables or rows", async () => {
    const { terms } = await poolTables(tables, "bmi ~ age + smoker");
    const turned = pooledTables().reverse().map((rows) => memoryTable("t", pooledColumns, [...rows].reverse()));
    (await poolTables(turned, "bmi ~ age + smoker")).terms.forEach((own, k) => columns.forEach((c) => expect(own[c]).toBeCloseTo(terms[k][c], 9)));
  });

  test("scale with the response", async () => {
    const { terms } = await poolTables(tables, "bmi ~ age");
    await fc.assert(fc.asyncProperty(fc.integer({ min: 2, max: 50 }), async (factor) => {
      const scaled = (await poolTables(tables, `I(bmi * ${factor}) ~ age`)).terms;
      scaled.forEach(({ estimate, stdError, df, p }, k) => {
        expect(estimate).toBeCloseTo(factor * terms[k].estimate, 8);
        expect(stdError).toBeCloseTo(factor * terms[k].stdError, 8);
        expect([df, p]).toEqual([expect.closeTo(terms[k].df, 6), expect.closeTo(terms[k].p, 9)]);
      });
    }), { numRuns: 8 });
  });

  test("take levels and their order from the dictionary", async () => {
    const schema: Schema = { version: 1, attributes: [{ name: "smoker", role: "attribute", type: "categorical", levels: ["never", "former", "current"] }] };
    const result = await poolTables(tables, "bmi ~ smoker", { schema });
    expect(result.terms.map(({ term }) => term)).toEqual(["(Intercept)", "smokerformer", "smokercurrent"]);
    expect(result.references).toEqual({ smoker: "never" });
    const spelled = pooledTables().map((rows) => memoryTable("t", pooledColumns, rows.map((row, i) => (i % 3 === 0 ? row.map((cell) => cell.replace("never", " Never")) : row))));
    expect(await poolTables(spelled, "bmi ~ smoker", { schema })).toEqual({ ...result, tables: expect.anything() });
    const coded = pooledTables().map((rows) => memoryTable("t", ["y", "code"], rows.map((row) => [row[0], row[3] === "never" ? "10" : "9"])));
    expect((await poolTables(coded, "y ~ factor(code)")).terms[1].term).toBe("factor(code)10");
    expect((await poolTables(coded, "y ~ code")).terms[1].term).toBe("code");
    const padded = pooledTables().map((rows) => memoryTable("t", ["y", "code"], rows.map((row) => [row[0], row[3] === "never" ? "010" : "009"])));
    expect((await poolTables(padded, "y ~ code")).terms[1].term).toBe("code010");
  });

  test("may have decimal commas", async () => {
    const commas = pooledTables().map((rows, k) => memoryTable(`draws-${k + 1}.csv`, pooledColumns, rows.map((row) => row.map((cell) => cell.replace(".", ",")))));
    expect((await poolTables(commas, "bmi ~ age")).terms).toEqual((await poolTables(tables, "bmi ~ age")).terms);
  });

  test("leave out rows with an empty cell", async () => {
    const holed = pooledTables().map((rows, k) => memoryTable("t", pooledColumns, rows.map((row, i) => (i < 3 + k ? row.with(0, "NA") : row))));
    expect(await poolTables(holed, "bmi ~ age")).toMatchObject({ rows: 53, leftOut: 7 });
    expect(await poolTables(holed, "age ~ sex")).toMatchObject({ rows: 60, leftOut: 0 });
  });
});

describe("what can't be pooled is told in a sentence", () => {
  const table = (names: readonly string[], rows: readonly (readonly string[])[]): Table => memoryTable("t.csv", names, rows);
  const separated = table(["y", "x"], Array.from({ length: 20 }, (_, i) => [String(Number(i > 9)), String(i)]));
  test.each<[string, readonly Table[], string, PoolOptions, RegExp]>([
    ["one table", tables.slice(0, 1), "bmi ~ age", {}, /1 completed table was given; at least 2/],
    ["an unknown column", tables, "bmi ~ hight", {}, /names hight, but draws-1\.csv has no such column; it has bmi, age/],
    ["no tilde", tables, "bmi + age", {}, /must have one ~/],
    ["a response that explains itself", tables, "bmi ~ bmi", {}, /^The formula "bmi ~ bmi" can't be read: bmi stands on both sides of ~, but what is explained can't explain itself\.$/],
    ["a response within an interaction", tables, "log(bmi) ~ age * log(bmi)", {}, /log\(bmi\) stands on both sides of ~/],
    ["a response that explains itself as levels", tables, "smoker ~ age + factor(smoker)", { family: "binomial" }, /smoker stands on both sides of ~/],
    ["a doubled sign", tables, "bmi ~ age + + sex", {}, /a term is missing/],
    ["an unknown function", tables, "bmi ~ poly(age)", {}, /"poly\(age\)" is none of a name/],
    ["levels as response", tables, "sex ~ age", {}, /sex has levels \(F, M\).*--family binomial/],
    ["three levels", tables, "smoker ~ age", { family: "binomial" }, /3 levels .* needs two/],
    ["a number that is not 0 or 1", tables, "age ~ bmi", { family: "binomial" }, /age is 57 in row 1 of draws-1\.csv; .* needs 0 and 1/],
    ["arithmetic on levels", tables, "bmi ~ log(sex)", {}, /log\(sex\), but sex has levels/],
    ["collinear terms", tables, "bmi ~ age + I(2 * age)", {}, /coefficient of I\(2 \* age\) can't be told: it follows from the other terms/],
    ["an interaction alone", tables, "bmi ~ age:smoker", {}, /not age by itself; write age \* smoker/],
    ["other numbers of rows", [tables[0], table(pooledColumns, pooledTables()[0].slice(1))], "bmi ~ age", {}, /t\.csv has 59 rows and draws-1\.csv has 60/],
    ["few rows", [0, 1].map((k) => table(pooledColumns, pooledTables()[k].slice(0, 2))), "bmi ~ age", {}, /has 2 complete rows for 2 coefficients/],
    ["dates as levels", [0, 1].map(() => table(["bmi", "day"], Array.from({ length: 40 }, (_, i) => [String(20 + (i % 7)), `2020-03-${10 + (i % 20)}T${10 + (i % 13)}:00`]))), "bmi ~ day", {}, /^t\.csv has 40 complete rows for 40 coefficients, and more rows than coefficients are needed; day has 40 levels, such as "2020-03-10T10:00"\.$/],
    ["a level in percent", tables, "bmi ~ age", { level: 95 }, /^The level 95 is not allowed; it must lie between 0 and 1, such as 0\.9\.$/],
    ["another family", tables, "bmi ~ age", { family: "poisson" as "binomial" }, /^The family 'poisson' is not known; allowed are linear, binomial\.$/],
    ["groups told apart", [separated, separated], "y ~ x", { family: "binomial" }, /tell the two groups apart completely/],
  ])("%s", async (_, given, formula, options, message) => {
    await expect(poolTables(given, formula, options)).rejects.toThrow(message);
  });
});
