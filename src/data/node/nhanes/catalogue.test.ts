import { describe, expect, test } from "vitest";
import { builtInFiles, components, cycles, fileName, isNhanes, knownUnfit, parseNhanes, stemOf } from "./catalogue.js";

const cycle = (years: string) => cycles.find((one) => one.years === years)!;

describe("requests", () => {
  test("a whole cycle is all its components", () => {
    const { cycle: found, components: asked, files } = parseNhanes("nhanes:2017-2018");
    expect(found).toEqual({ years: "2017-2018", begin: 2017, letter: "J", prefix: "", suffix: "_J" });
    expect(asked).toEqual(components);
    expect(files).toEqual([]);
  });

  test("components and files in any case, mixed and repeated", () => {
    expect(parseNhanes("NHANES:2009-2010: Examination,demo, DEMO_F ,tchol")).toMatchObject({ components: ["examination"], files: ["DEMO_F", "TCHOL_F"] });
  });

  test.each([
    ["nhanes:", "names no cycle"],
    ["nhanes:2018", "cycles are 1999-2000, 2001-2002"],
    ["nhanes:2019-2020:DEMO", "2017-2020, 2021-2023"],
    ["nhanes:2017-2018:DEMO,,BMX", 'can\'t be read at ""'],
    ["nhanes:2017-2018:../../etc", 'can\'t be read at "../../etc"'],
    ["nhanes:2017-2018:DEMO:BMX", 'can\'t be read at "BMX"'],
  ])("%s is refused in a sentence", (source, part) => {
    expect(() => parseNhanes(source)).toThrow(expect.objectContaining({ code: "usage", message: expect.stringContaining(part) }));
  });

  test("only nhanes: names it", () => {
    expect(["nhanes:2017-2018", "NHANES:x", "nhanes.csv", "./nhanes:2017"].map(isNhanes)).toEqual([true, true, false, false]);
  });
});

describe("names of files", () => {
  test.each([
    ["BMX", "2017-2018", "BMX_J"],
    ["bmx_j", "2017-2018", "BMX_J"],
    ["HEPB_S", "2017-2018", "HEPB_S_J"],
    ["KIQ_U", "2001-2002", "KIQ_U_B"],
    ["LAB13", "1999-2000", "LAB13"],
    ["BMX", "2017-2020", "P_BMX"],
    ["P_BMX", "2017-2020", "P_BMX"],
    ["BMX", "2021-2023", "BMX_L"],
  ])("%s in %s is %s", (name, years, full) => expect(fileName(name, cycle(years))).toBe(full));

  test.each([["HEPB_S_J", "HEPB_S"], ["P_DEMO", "DEMO"], ["DEMO", "DEMO"], ["RXQ_RX", "RXQ_RX"]])("the stem of %s is %s", (name, stem) => expect(stemOf(name)).toBe(stem));

  test("every cycle has built-in main files of each component", () => {
    for (const one of cycles) for (const component of components) expect(builtInFiles(component, one), `${component} of ${one.years}`).not.toEqual([]);
    expect(builtInFiles("demographics", cycle("2017-2020"))).toEqual(["P_DEMO"]);
    expect(builtInFiles("laboratory", cycle("2003-2004"))).toContain("L13_C");
    expect(builtInFiles("laboratory", cycle("2005-2006"))).toContain("TCHOL_D");
  });

  test("no built-in file is one that would be left out", () => {
    const all = cycles.flatMap((one) => components.flatMap((component) => builtInFiles(component, one)));
    expect(all.filter((name) => knownUnfit(stemOf(name)) !== undefined)).toEqual([]);
  });

  test.each([
    ["RXQ_RX", "Prescription Medications", "several rows"],
    ["DR1IFF", "Dietary Interview - Individual Foods", "several rows"],
    ["PAXMIN", "Physical Activity Monitor - Minute", "several rows"],
    ["BFRPOL", "Brominated Flame Retardants (BFRs) - Pooled Samples", "pooled"],
    ["DRXFCD", "Dietary Interview Technical Support File - Food Codes", "technical"],
    ["DR1TOT", "Dietary Interview - Total Nutrient Intakes, First Day", undefined],
    ["RXQASA", "Preventive Aspirin Use", undefined],
    ["DXX", "Dual-Energy X-ray Absorptiometry - Whole Body", undefined],
  ])("%s", (stem, title, why) => {
    if (why === undefined) expect(knownUnfit(stem, title)).toBeUndefined();
    else expect(knownUnfit(stem, title)).toContain(why);
  });
});
