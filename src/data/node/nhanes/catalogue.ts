import { VhgmError } from "../../../base/errors.js";
import { components, mainFiles, type Component } from "./mainFiles.js";

export { components, type Component } from "./mainFiles.js";

/** A release of continuous NHANES. Its files are named STEM + suffix, or before the pandemic's gap prefix + STEM. */
export interface Cycle {
  readonly years: string;
  /** First year, which names the cycle's folder. */
  readonly begin: number;
  readonly letter: string;
  readonly prefix: string;
  readonly suffix: string;
}

const suffixed = (begin: number, letter: string, end = begin + 1): Cycle => ({
  years: `${begin}-${end}`,
  begin,
  letter,
  prefix: "",
  suffix: letter === "A" ? "" : `_${letter}`,
});

/** All cycles with public files. 2019-2020 was broken off by the pandemic; 2017-2020 joins what there is of it to 2017-2018. */
export const cycles: readonly Cycle[] = [
  ...[..."ABCDEFGHIJ"].map((letter, i) => suffixed(1999 + 2 * i, letter)),
  { years: "2017-2020", begin: 2017, letter: "P", prefix: "P_", suffix: "" },
  suffixed(2021, "L", 2023),
];

/** What `nhanes:CYCLE[:COMPONENTS]` asks for. */
export interface NhanesRequest {
  readonly cycle: Cycle;
  /** Whole components. */
  readonly components: readonly Component[];
  /** Single files by their names with the cycle's suffix or prefix, in upper case. */
  readonly files: readonly string[];
}

export const isNhanes = (source: string): boolean => /^nhanes:/i.test(source);

/**
 * Reads `nhanes:2017-2018`, `nhanes:2017-2018:demographics,examination` or `nhanes:2017-2018:DEMO,BMX`; without components
 * all of them are meant.
 * @throws VhgmError "usage" for an unknown cycle or a name that can't be a file's
 */
export function parseNhanes(source: string): NhanesRequest {
  const [, years = "", list, ...rest] = source.split(":").map((part) => part.trim());
  const cycle = cycles.find((one) => one.years === years);
  if (!cycle) {
    throw new VhgmError("usage", `"${source}" names no cycle of NHANES; cycles are ${cycles.map((one) => one.years).join(", ")}, as in nhanes:2017-2018.`);
  }
  const items = list === undefined || list === "" ? components : list.split(",").map((item) => item.trim());
  const odd = items.find((item) => !/^[a-z]\w*$/i.test(item));
  if (odd !== undefined || rest.length > 0) {
    throw new VhgmError(
      "usage",
      `"${source}" can't be read at "${odd ?? rest.join(":")}"; after the cycle come components (${components.join(", ")}) or files ` +
        "(DEMO, BMX) with commas between them, as in nhanes:2017-2018:DEMO,BMX.",
    );
  }
  const isComponent = (item: string): item is Component => (components as readonly string[]).includes(item.toLowerCase());
  return {
    cycle,
    components: components.filter((component) => items.some((item) => item.toLowerCase() === component)),
    files: [...new Set(items.filter((item) => !isComponent(item)).map((item) => fileName(item, cycle)))],
  };
}

/** A file's name in a cycle: BMX is BMX_J in 2017-2018 and P_BMX in 2017-2020; full names such as BMX_J stay. */
export function fileName(name: string, { prefix, suffix }: Cycle): string {
  const upper = name.toUpperCase();
  return /_[A-L]$/.test(upper) || (upper.startsWith(prefix) && upper.endsWith(suffix)) ? upper : `${prefix}${upper}${suffix}`;
}

/** A file's name without what its cycle adds to it. */
export const stemOf = (name: string): string => name.toUpperCase().replace(/^P_|_[A-L]$/g, "");

/** Names of a component's main files, for when the CDC's list of them can't be had. */
export function builtInFiles(component: Component, { letter, prefix, suffix }: Cycle): string[] {
  const stems = Object.entries(mainFiles[component]).filter(([, letters]) => letters.includes(letter));
  return stems.map(([stem]) => `${prefix}${stem}${suffix}`);
}

/**
 * Why a file is left out before it is downloaded, or undefined. Such files hold several rows for a person (foods, drugs,
 * minutes, teeth) or none for any person (technical files, pooled samples), and some of them are very large.
 * @param title the file's description on the CDC's page, if known
 */
export function knownUnfit(stem: string, title = ""): string | undefined {
  if (/pool/i.test(title) || /^POOLTF|POL$|^PFC_POOL/.test(stem)) return "pooled samples, which are of no one person";
  if (/technical support|^dietary supplement database/i.test(title) || /^(DRXFCD|DRXMCD|RXQ_DRUG|DSBI|DSII|DSPI|FOODLK|VARLK)/.test(stem)) {
    return "a technical file, which is of no one person";
  }
  return severalRows.test(stem) ? "several rows for a person" : undefined;
}

const severalRows =
  /^(RXQ_RX|RXQ_ANA|RXQANA|PAQIAF|DR[12]IFF|DRXIFF|DS[12]IDS|DSQIDS|DSQFILE2|DSQ2|PAXRAW|PAX(DAY|HR|MIN)|AUXAR|AUXTYM|AUXWBR|SPXRAW|FFQDC)/;
