// Builds the pages (build/pages.mjs) and the FEEL bundle that the server loads into its V8 isolate
// (server/engine/isolate.py). The bundle is git-ignored; its SHA-256 is committed and checked here
// and again at load, so that what runs is what was reviewed. `npm run build -- --accept` records a
// new hash after a change.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { buildPages } from "./build/pages.mjs";

const bundle = "server/engine/feel.js";
const record = "server/engine/feel.sha256";

const { outputFiles } = await build({
  entryPoints: ["server/engine/feel.entry.mjs"],
  bundle: true,
  minify: true,
  charset: "ascii",
  format: "iife",
  legalComments: "inline",
  target: "es2022",
  write: false,
});
const text = outputFiles[0].contents;
const hash = createHash("sha256").update(text).digest("hex");

if (process.argv.includes("--accept")) {
  writeFileSync(record, `${hash}\n`);
} else if (readFileSync(record, "utf8").trim() !== hash) {
  console.error(
    `${bundle}: the built bundle does not have the hash in ${record}.\n` +
      "Either a source or a pinned package changed: review it, then run `npm run build -- --accept`.",
  );
  process.exit(1);
}
writeFileSync(bundle, text);
console.log(`${bundle} ${(text.length / 1024).toFixed(0)} KB ${hash}`);

for (const line of await buildPages()) console.log(`server/web/static/${line}`);
