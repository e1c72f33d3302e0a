import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { VhgmError } from "../../../base/errors.js";
import { writeFileAtomic } from "../atomic.js";
import type { FileTable } from "../filetable.js";
import { defaultCache } from "./cache.js";
import { builtInFiles, components, knownUnfit, parseNhanes, stemOf, type Component, type Cycle, type NhanesRequest } from "./catalogue.js";
import { parseCodebook, type CodebookVariable } from "./codebook.js";
import { parseDataPage } from "./dataPage.js";
import { download, forget, type ContentCheck, type DownloadOptions } from "./download.js";
import { joinFiles } from "./join.js";
import { isUnfit, readPersonFile, type PersonFile } from "./person.js";

export { isNhanes } from "./catalogue.js";

export interface NhanesOptions {
  /** Folder of downloaded files; by default the user's cache folder. */
  readonly cache?: string;
  /** Site that the files come from. Default https://wwwn.cdc.gov, or what VHGM_NHANES_URL names. */
  readonly url?: string;
  readonly tries?: DownloadOptions["tries"];
  readonly pause?: DownloadOptions["pause"];
  readonly signal?: AbortSignal;
  /** Is told of the files on their way: how many are there (with fractions), of how many, and what was transferred. */
  onProgress?(progress: { readonly done: number; readonly total: number; readonly bytes: number }): void;
}

/** A file to get: its addresses, in the order in which they are tried. */
interface Wanted {
  readonly name: string;
  readonly data: readonly string[];
  readonly codebook: readonly string[];
  /** It was named, not taken with its component. */
  readonly named: boolean;
}

const cdc = "https://wwwn.cdc.gov";
const isXpt: ContentCheck = (head) => /^HEADER RECORD\*{7}LIB(RARY|V8) /.test(head.toString("latin1", 0, 29));
const isPage: ContentCheck = (head) => /<(!doctype|html|head|table|div)\b/i.test(head.toString("latin1"));
const atOnce = 4;
/** Files above this are left out of whole components: nearly all of them hold minutes or foods. */
const largest = 200 * 2 ** 20;

/**
 * Opens files of NHANES as one table with what their codebooks say (`known`): `nhanes:2017-2018`,
 * `nhanes:2017-2018:demographics,examination`, `nhanes:2017-2018:DEMO,BMX`. Files come from the CDC's site once and stay in
 * the cache. Files with several rows for a person, or with none for any, are left out, and `notes` says so.
 * @throws VhgmError "usage" for a request that can't be read or a file that the cycle doesn't have; "network" and "disk" as
 *   `download`; "data" for a damaged file
 */
export async function openNhanes(source: string, options: NhanesOptions = {}): Promise<FileTable> {
  const request = parseNhanes(source);
  const folder = join(resolve(options.cache ?? defaultCache()), "nhanes", request.cycle.years);
  const site = (options.url ?? process.env.VHGM_NHANES_URL ?? cdc).replace(/\/+$/, "");
  const notes: string[] = [];
  const transfer = startTransfer(options);
  const wanted = await listWanted(request, folder, site, transfer, notes);
  const present = await getAll(wanted, request.cycle, folder, transfer, notes);
  const files: PersonFile[] = [];
  for (const { name, named } of present) {
    const path = join(folder, `${name}.xpt`);
    const file = await readPersonFile(path, name, await readCodebook(folder, name, notes)).catch(async (cause: unknown) => {
      // What can't be read would stay in the way for ever.
      if (cause instanceof VhgmError && cause.code === "data") await forget(path);
      throw cause;
    });
    if (!isUnfit(file)) files.push(file);
    else if (named && present.length === 1) throw new VhgmError("data", `${name} can't be a table of persons: ${file.why}; name other files of ${request.cycle.years}.`);
    else notes.push(`${name} is left out: ${file.why}.`);
  }
  if (files.length === 0) throw new VhgmError("data", `No file of "${source}" has one row for each person, so there is no table; ask for other components or files.`);
  return joinFiles(`NHANES ${source.replace(/^nhanes:/i, "")}`, files, notes);
}

type Get = (urls: readonly string[], path: string, check: ContentCheck) => Promise<boolean>;
interface Transfer {
  readonly get: Get;
  /** Says how many more files there are to get. */
  expect(files: number): void;
  /** Ends what is under way. */
  stop(cause: unknown): void;
}

/** Downloads with one account of their progress; the first failure ends the others. */
function startTransfer({ tries, pause, signal, onProgress }: NhanesOptions): Transfer {
  const stop = new AbortController();
  const shares = new Map<string, { share: number; bytes: number }>();
  let total = 0;
  const tell = (): void => {
    const all = [...shares.values()];
    const done = all.reduce((sum, { share }) => sum + share, 0);
    onProgress?.({ done, total: Math.max(total, all.length), bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) });
  };
  return {
    expect: (files) => void (total += files),
    get: async (urls, path, check) => {
      const onBytes = (bytes: number, size: number | undefined): void => {
        shares.set(path, { share: size ? Math.min(1, bytes / size) : 0, bytes });
        tell();
      };
      try {
        const found = await download(urls, path, check, { tries, pause, onBytes, signal: AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]) });
        shares.set(path, { share: 1, bytes: shares.get(path)?.bytes ?? 0 });
        tell();
        return found;
      } catch (cause) {
        stop.abort(cause);
        throw cause;
      }
    },
    stop: (cause) => stop.abort(cause),
  };
}

/** All results; a failure is thrown when all have ended, so that none leaves a file half-written behind. */
async function allEnded<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  const failures = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
  if (failures.length > 0) throw failures.find((cause) => cause instanceof VhgmError) ?? failures[0];
  return Promise.all(work);
}

/** The files of the components that are asked for, as the CDC lists them, and the named ones. */
async function listWanted(request: NhanesRequest, folder: string, site: string, transfer: Transfer, notes: string[]): Promise<Wanted[]> {
  const { cycle } = request;
  transfer.expect(request.components.length);
  const lists = await allEnded(request.components.map((component) => listComponent(component, cycle, folder, site, transfer, notes)));
  const named = request.files.map((name): Wanted => ({ name, named: true, ...addresses(name, cycle, site) }));
  const wanted = new Map<string, Wanted>();
  for (const one of [...named, ...lists.flat()]) if (!wanted.has(one.name)) wanted.set(one.name, one);
  return [...wanted.values()];
}

async function listComponent(component: Component, cycle: Cycle, folder: string, site: string, { get }: Transfer, notes: string[]): Promise<Wanted[]> {
  const title = component[0].toUpperCase() + component.slice(1);
  const page = join(folder, `${title}.html`);
  const found = await get([`${site}/Nchs/Nhanes/Search/DataPage.aspx?Component=${title}&Cycle=${cycle.years}`], page, isPage);
  const listed = found ? parseDataPage(await readFile(page, "utf8")) : [];
  if (listed.length === 0) {
    if (found) await forget(page);
    notes.push(`The CDC's list of the ${component} files of ${cycle.years} can't be read, so the main files are taken by their usual names.`);
    return builtInFiles(component, cycle).map((name) => ({ name, named: false, ...addresses(name, cycle, site) }));
  }
  const left: string[] = [];
  const wanted: Wanted[] = [];
  for (const { name, title: about, data, codebook, bytes = 0 } of listed) {
    const why = knownUnfit(stemOf(name), about) ?? (bytes > largest ? `${Math.round(bytes / 2 ** 20)} MB large` : undefined);
    const usual = addresses(name, cycle, site);
    if (why !== undefined) left.push(`${name} (${why})`);
    else wanted.push({ name, named: false, data: [...onSite(data, site), ...usual.data], codebook: [...(codebook ? onSite(codebook, site) : []), ...usual.codebook] });
  }
  if (left.length > 0) notes.push(`Left out of ${component}: ${left.join(", ")}.`);
  return wanted;
}

/** A link of the CDC's page as an address on the site in use; links elsewhere are not followed. */
function onSite(link: string, site: string): string[] {
  const { origin, pathname } = new URL(link, cdc);
  return origin === cdc || origin === new URL(site).origin ? [`${site}${pathname}`] : [];
}

/** Where a file stands since November 2024, and where it stood before, as mirrors may still have it. */
function addresses(name: string, { begin, years }: Cycle, site: string): Pick<Wanted, "data" | "codebook"> {
  const folders = [`${site}/Nchs/Data/Nhanes/Public/${begin}/DataFiles`, `${site}/Nchs/Nhanes/${years}`];
  return { data: [`${folders[0]}/${name}.xpt`, `${folders[1]}/${name}.XPT`], codebook: folders.map((folder) => `${folder}/${name}.htm`) };
}

/** Gets files and codebooks, a few at a time. Of a component's files some may not be there; a named one must. */
async function getAll(wanted: readonly Wanted[], cycle: Cycle, folder: string, { get, expect, stop }: Transfer, notes: string[]): Promise<Wanted[]> {
  const present = new Set<Wanted>();
  const queue = [...wanted];
  expect(2 * wanted.length);
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one; one = queue.shift()) {
      const { name, named, data, codebook } = one;
      const path = join(folder, name);
      if (named ? await get(unique(data), `${path}.xpt`, isXpt) : await getOrRemember(get, unique(data), `${path}.xpt`, isXpt)) present.add(one);
      else if (named) throw noFile(name, cycle, data[0]);
      else {
        notes.push(`${name} is left out: the CDC has no such file for ${cycle.years}.`);
        continue;
      }
      await getOrRemember(get, unique(codebook), `${path}.htm`, isPage);
    }
  };
  const stopping = (cause: unknown): never => {
    stop(cause);
    throw cause;
  };
  await allEnded(Array.from({ length: atOnce }, () => work().catch(stopping)));
  return wanted.filter((one) => present.has(one));
}

/** As `get`, but what no address has is not asked for again: an empty file beside its place says so. */
async function getOrRemember(get: Get, urls: readonly string[], path: string, check: ContentCheck): Promise<boolean> {
  const mark = `${path}.absent`;
  if (await exists(mark)) return exists(path);
  if (await get(urls, path, check)) return true;
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(mark, "");
  return false;
}

const exists = (path: string): Promise<boolean> => stat(path).then((info) => info.isFile(), () => false);

const unique = (urls: readonly string[]): string[] => [...new Set(urls)];

function noFile(name: string, cycle: Cycle, url: string): VhgmError {
  const some = components.flatMap((component) => builtInFiles(component, cycle)).slice(0, 12);
  return new VhgmError(
    "usage",
    `NHANES ${cycle.years} has no file ${name} (${url} and its older address hold no XPT file); components are ${components.join(", ")}, ` +
      `and files are for instance ${some.join(", ")}.`,
  );
}

async function readCodebook(folder: string, name: string, notes: string[]): Promise<Map<string, CodebookVariable>> {
  const path = join(folder, `${name}.htm`);
  if (!(await exists(path))) {
    notes.push(`There is no codebook of ${name}, so its codes stay as they are.`);
    return new Map();
  }
  const variables = parseCodebook(await readFile(path, "utf8"));
  if (variables.size === 0) {
    notes.push(`The codebook of ${name} can't be read, so its codes stay as they are.`);
    await forget(path);
  }
  return variables;
}
