import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultCache } from "./cache.js";

test("the user's cache folder by the platform's convention", () => {
  expect(defaultCache("linux", { XDG_CACHE_HOME: "/x" }, "/home/a")).toBe("/x/vhgm");
  expect(defaultCache("linux", { XDG_CACHE_HOME: "relative" }, "/home/a")).toBe("/home/a/.cache/vhgm");
  expect(defaultCache("linux", {}, "/home/a")).toBe("/home/a/.cache/vhgm");
  expect(defaultCache("darwin", { XDG_CACHE_HOME: "/x" }, "/Users/a")).toBe("/Users/a/Library/Caches/vhgm");
  expect(defaultCache("win32", { LOCALAPPDATA: "L" }, "H")).toBe(join("L", "vhgm", "Cache"));
  expect(defaultCache("win32", {}, "H")).toBe(join("H", "AppData", "Local", "vhgm", "Cache"));
});
