/** The web app's files, read once: what a path asks for is looked up by its exact name, so no path leads elsewhere. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";

export interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

/** Files of a folder by the path that asks for them ("/index.html"); empty if there is no such folder. Others' types are left out. */
export async function readFiles(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  let names: string[];
  try {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    names = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return files;
    throw cause;
  }
  for (const name of names) {
    const type = types[extname(name).toLowerCase()];
    if (type === undefined) continue;
    const bytes = new Uint8Array(await readFile(join(folder, name)));
    const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
    files.set(`/${name.split(sep).filter((part) => part !== "").join("/")}`, { bytes, type, etag, immutable: /[.-][\w-]{8,}\.\w+$/.test(name) && !name.endsWith(".html") });
  }
  return files;
}
