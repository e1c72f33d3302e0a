import type { Command } from "commander";
import { isNhanes, openNhanes } from "../data/node/nhanes/open.js";
import { openTable, type FileTable } from "../data/node/open.js";
import type { Progress } from "./progress.js";
import { bytes } from "./text.js";

/** What tables may be, for the help of commands that take them. */
export const tableKinds = "CSV, TSV, Parquet, JSON lines, SAS XPT, or nhanes:CYCLE[:COMPONENTS]";

export interface SourceOptions {
  /** Folder of downloaded files. */
  readonly dataCache?: string;
  readonly progress?: Progress;
}

export const dataCacheFlag = (command: Command): Command =>
  command.option("--data-cache <folder>", "where downloaded files of nhanes: tables are kept (default: the user's cache folder)");

/** Milliseconds before a download is worth a line. */
const quiet = 2000;

/** Opens a table by its path, or files of NHANES by `nhanes:CYCLE[:COMPONENTS]`. @throws VhgmError as `openTable` and `openNhanes` */
export function openSource(source: string, { dataCache, progress }: SourceOptions = {}): Promise<FileTable> {
  if (!isNhanes(source)) return openTable(source);
  const start = Date.now();
  return openNhanes(source, {
    cache: dataCache,
    onProgress: ({ done, total, bytes: received }) => {
      if (progress === undefined || Date.now() - start < quiet) return;
      progress.phase(`downloading ${source}`);
      progress.update(done, total, `${Math.floor(done)} of ${total} files, ${bytes(received)}`);
    },
  });
}
