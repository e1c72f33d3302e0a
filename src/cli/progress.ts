import { SingleBar } from "cli-progress";
import { tell } from "./terminal.js";
import { count, counted, duration } from "./text.js";

/** Progress of long work, on stderr: a bar on a terminal, a plain line every few seconds elsewhere. */
export interface Progress {
  /** A new part of the work begins. */
  phase(name: string): void;
  /**
   * @param total undefined where it is not known
   * @param text what else there is to say
   * @param left how the time left is to be read: training may end before its last epoch
   */
  update(done: number, total: number | undefined, text: string, left?: "about" | "at most"): void;
  /** A sentence that stays. */
  note(text: string): void;
  stop(): void;
}

const pause = 4000;

const silent: Progress = { phase() {}, update() {}, note() {}, stop() {} };

export function createProgress({ quiet = false }: { quiet?: boolean } = {}): Progress {
  if (quiet) return silent;
  const bar = process.stderr.isTTY ? newBar() : undefined;
  let current = "";
  let running = false;
  let lastLine = 0;
  let unsaid = "";
  let first: { done: number; time: number } | undefined;

  const endBar = (): void => {
    if (running) bar!.stop();
    running = false;
    if (unsaid !== "") tell(unsaid);
    unsaid = "";
  };
  return {
    phase(name) {
      if (name === current) return;
      endBar();
      current = name;
      first = undefined;
      tell(`${name[0].toUpperCase()}${name.slice(1)} …`);
      lastLine = Date.now();
    },
    update(done, total, text, word = "about") {
      const now = Date.now();
      first ??= { done, time: now };
      const rate = (done - first.done) / Math.max(1, now - first.time);
      const left = total !== undefined && rate > 0 && done < total ? `, ${word} ${duration((total - done) / rate / 1000)} left` : "";
      const said = `${text}${left}`;
      if (bar && total !== undefined) {
        if (running) bar.update(done, { said });
        else bar.start(total, done, { said });
        running = true;
        return;
      }
      const line = `  ${said}`;
      unsaid = line;
      if (now - lastLine < pause) return;
      tell(line);
      lastLine = now;
      unsaid = "";
    },
    note(text) {
      endBar();
      tell(text);
    },
    stop: endBar,
  };
}

const newBar = (): SingleBar =>
  new SingleBar({ format: "  {bar} {percentage}%  {said}", barsize: 24, barCompleteChar: "█", barIncompleteChar: "░", fps: 8, stream: process.stderr, linewrap: false, gracefulExit: false });

/** Tells how many rows were handled, and how fast. */
export function rowProgress(progress: Progress, total?: number): (rows: number) => void {
  const start = Date.now();
  return (rows) => {
    const rate = (1000 * rows) / Math.max(1, Date.now() - start);
    progress.update(rows, total, `${total === undefined ? counted(rows, "row") : `${count(rows)} of ${counted(total, "row")}`}, ${count(Math.round(rate))} a second`);
  };
}
