import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  publicDir: false,
  clearScreen: false,
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1024,
  },
  worker: { format: "es" },
  // `vite web` shows the app while one works on it; the API comes from `vhgm serve`.
  server: { proxy: { "/v1": process.env.VHGM_SERVER ?? "http://127.0.0.1:8080" } },
});
