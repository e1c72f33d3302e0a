import { homedir } from "node:os";
import { join } from "node:path";

/** The user's folder for files that can be had again: XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%; then "vhgm". */
export function defaultCache(platform: NodeJS.Platform = process.platform, env: NodeJS.ProcessEnv = process.env, home = homedir()): string {
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "vhgm", "Cache");
  if (platform === "darwin") return join(home, "Library", "Caches", "vhgm");
  // The XDG base directory specification says that a path that is not absolute must be ignored.
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg?.startsWith("/") ? xdg : join(home, ".cache"), "vhgm");
}
