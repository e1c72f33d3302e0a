import type { Dialect } from "../table.js";
import { sniffDelimiter } from "./csvparse.js";
import { startsWithMark, textChunks, type TextFile } from "./text.js";

const SAMPLE = 1 << 16;

/** Excel's first line that names the delimiter. */
const SEP_LINE = /^sep=([^\r\n"])(?:\r\n|\r|\n|$)/i;

/**
 * How a delimited file is written, by its first 64 kB.
 * @param delimiter what is known to separate its cells, unless a line "sep=;" says otherwise; looked for if absent
 */
export async function sniffDialect(file: TextFile, delimiter?: string): Promise<Required<Dialect>> {
  let sample = "";
  for await (const text of textChunks(file)) {
    sample += text;
    if (sample.length >= SAMPLE) break;
  }
  const sep = SEP_LINE.exec(sample);
  const body = sample.slice(sep?.[0].length ?? 0);
  return {
    delimiter: sep?.[1] ?? delimiter ?? sniffDelimiter(body, sample.length < SAMPLE),
    lineEnd: firstLineEnd(sample),
    mark: await startsWithMark(file),
    sepLine: sep !== null,
  };
}

/** The first line end outside quotes, LF where it is an old Mac's CR. */
function firstLineEnd(sample: string): Dialect["lineEnd"] {
  let quoted = false;
  for (let i = 0; i < sample.length; i++) {
    if (sample[i] === '"') quoted = !quoted;
    else if (!quoted && sample[i] === "\n") return "\n";
    else if (!quoted && sample[i] === "\r") return sample[i + 1] === "\n" ? "\r\n" : "\n";
  }
  return "\n";
}
