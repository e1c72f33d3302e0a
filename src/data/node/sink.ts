import { once } from "node:events";
import { open } from "node:fs/promises";
import { createGzip } from "node:zlib";

/** Where text goes piece by piece; each `write` waits until there is room for the next. */
export interface Sink {
  write(text: string): Promise<void>;
  /** Everything written is in the file and the file is closed. */
  end(): Promise<void>;
  /** Closes the file as it is. Allowed at any time and more than once. */
  destroy(): Promise<void>;
}

/** Characters gathered before they are handed on. */
const BLOCK = 1 << 16;

/** A new file, packed with gzip if asked. `write` and `end` reject with the file system's error. */
export async function fileSink(path: string, gzip: boolean): Promise<Sink> {
  const handle = await open(path, "wx");
  let waiting = "";
  const destroy = (): Promise<void> => handle.close();

  if (!gzip) {
    const flush = async (): Promise<void> => {
      const text = waiting;
      waiting = "";
      if (text !== "") await handle.writeFile(text);
    };
    return {
      async write(text) {
        waiting += text;
        if (waiting.length >= BLOCK) await flush();
      },
      async end() {
        await flush();
        await handle.close();
      },
      destroy,
    };
  }

  const packer = createGzip();
  const packed = (async () => {
    for await (const bytes of packer) await handle.writeFile(bytes as Buffer);
  })();
  // Its failure is reported by the next write or end.
  packed.catch(() => {});
  const flush = async (): Promise<void> => {
    const text = waiting;
    waiting = "";
    if (packer.destroyed) await packed;
    // A failure ends `packed` and destroys the packer, which then never drains.
    else if (!packer.write(text)) await Promise.race([once(packer, "drain"), packed]);
  };
  return {
    async write(text) {
      waiting += text;
      if (waiting.length >= BLOCK) await flush();
    },
    async end() {
      if (waiting !== "") await flush();
      packer.end();
      await packed;
      await handle.close();
    },
    async destroy() {
      packer.destroy();
      await packed.catch(() => {});
      await destroy();
    },
  };
}
