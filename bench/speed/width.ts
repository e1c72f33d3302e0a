/** Cost of a training step by the number of attributes: bench/scale.ts for each width, in a process of its own, whose peak memory is that width's. */
import { execFileSync } from "node:child_process";
import type { Measured } from "../scale.js";

export interface WidthResult extends Measured {
  /** `cells`: as many observed cells a row at every width; `rates`: the same share of what a source measures. */
  readonly equal: "cells" | "rates";
}

/** @param script the compiled bench/scale.ts */
export function measureWidths(script: string, widths: readonly number[], say: (line: string) => void): WidthResult[] {
  return (["cells", "rates"] as const).flatMap((equal) => {
    let first: WidthResult | undefined;
    return widths.map((width) => {
      const text = execFileSync(process.execPath, [script, String(width), "--json", ...(equal === "rates" ? ["--rate", "0.3"] : [])], { encoding: "utf8" });
      const result = { equal, ...(JSON.parse(text) as Measured) };
      first ??= result;
      say(
        `equal ${equal}, ${result.attributes} attributes: ${result.observedPerRow.toFixed(0)} cells a row, ${result.stepMs.toFixed(0)} ms of processor time a step, ` +
          `${result.cellMicroseconds.toFixed(1)} us a cell (${(result.cellMicroseconds / first.cellMicroseconds).toFixed(2)} of that at ${first.attributes}), peak ${result.peakMiB} MiB`,
      );
      return result;
    });
  });
}
