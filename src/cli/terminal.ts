/** What the commands print: results on stdout, everything else on stderr. */
import { abortAll } from "../data/node/atomic.js";

/** A result, or a part of one. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** A result for programs. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** A message for a person, beside the result. */
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);

/** Ends the program quietly when a reader such as `head` has closed its end of the pipe. */
export function endOnClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    abortAll();
    process.exit(0);
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
