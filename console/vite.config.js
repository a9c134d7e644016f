import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const OUT = "../src/server/console_assets";
const WORTH_IT = 1024;

// Built once, sent many times: files are compressed here, and the server chooses among what is there.
function compressed() {
  return {
    name: "compressed",
    apply: "build",
    async closeBundle() {
      const folder = join(import.meta.dirname, OUT, "assets");
      const names = (await readdir(folder)).filter((name) => /\.(css|js|svg|ttf)$/.test(name));
      await Promise.all(
        names.map(async (name) => {
          const content = await readFile(join(folder, name));
          if (content.length < WORTH_IT) return;
          const params = { [constants.BROTLI_PARAM_QUALITY]: content.length > 500_000 ? 7 : 10 };
          await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(content, { params }));
          await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(content, { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  html: { cspNonce: "__NONCE__" },
  worker: { format: "es" },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 6000,
    target: "es2023",
  },
  // `npx vite` beside a running `sightline serve --demo`.
  server: { proxy: { "/graphql": "http://127.0.0.1:8000", "/session": "http://127.0.0.1:8000" } },
});
