// Builds what the pages load into server/web/static: names carry the hash of their content, a
// manifest says which is which, licence texts lie beside, and a budget keeps every page light.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { prune } from "./bootstrap.mjs";
import { withoutPictures } from "./policy.mjs";
import { chinese } from "./zh.mjs";

const STATIC = "server/web/static";

/** Pages of officials. */
const OFFICE = {
  app: "server/web/islands/app.js",
  form: "server/web/islands/form.js",
  viewer: "server/web/islands/viewer.js",
  office: "server/web/styles/office.css",
  formlook: "server/web/styles/form.css",
  viewerlook: "server/web/styles/viewer.css",
};

/** Pages of designers: bundled apart, or what only an editor needs would lie in a shared part. */
const STUDIO = {
  rehearse: "server/web/islands/rehearse.js",
  designer: "server/web/islands/designer.js",
  diff: "server/web/islands/diff.js",
  dmn: "server/web/islands/dmn.js",
  designerlook: "server/web/styles/designer.css",
  difflook: "server/web/styles/diff.css",
  rehearselook: "server/web/styles/rehearse.css",
  studio: "server/web/styles/studio.css",
  dmnlook: "server/web/styles/dmn.css",
};

/** The editor of forms insists on an older preact: two in one page would not know each other. */
const FORMS = {
  formeditor: "server/web/islands/formeditor.js",
  formeditorlook: "server/web/styles/formeditor.css",
};

const ENTRIES = { ...OFFICE, ...STUDIO, ...FORMS };

/** Names in the manifest where they differ from the entry's. */
const NAMES = {
  "formlook.css": "form.css",
  "viewerlook.css": "viewer.css",
  "designerlook.css": "designer.css",
  "difflook.css": "diff.css",
  "rehearselook.css": "rehearse.css",
  "dmnlook.css": "dmn.css",
  "formeditorlook.css": "formeditor.css",
};

/** Gzip KB of everything an entry pulls in; 10 % more fails the build. */
export const BUDGET = {
  "app.js": 20,
  "office.css": 20,
  "form.js": 161,
  "form.css": 10,
  "viewer.js": 65,
  "viewer.css": 5,
  "designer.js": 250,
  "rehearse.js": 235,
  "designer.css": 14,
  "diff.js": 75,
  "diff.css": 5,
  "rehearse.css": 3,
  "studio.css": 3,
  "dmn.js": 337,
  "dmn.css": 10,
  "formeditor.js": 386,
  "formeditor.css": 18,
};

const PLAIN = ["mark.svg"];

const LICENCES = {
  bootstrap: "LICENSE",
  "htmx.org": "LICENSE",
  "bpmn-js": "LICENSE",
  "diagram-js-minimap": "LICENSE",
  bpmnlint: "LICENSE",
  "diagram-js": "LICENSE",
  "bpmn-moddle": "LICENSE",
  "@bpmn-io/form-js-viewer": "LICENSE",
  "@bpmn-io/feelin": "LICENSE",
  "@bpmn-io/form-js-editor": "LICENSE",
  "@bpmn-io/properties-panel": "LICENSE",
  "dmn-js": "LICENSE",
  "dmn-moddle": "LICENSE",
  "table-js": "LICENSE",
  inferno: "LICENSE.md",
  "bpmn-js-differ": "LICENSE",
  "@bpmn-io/feel-editor": "LICENSE",
  "@codemirror/view": "LICENSE",
  "@lezer/common": "LICENSE",
  preact: "LICENSE",
  flatpickr: "LICENSE.md",
  dompurify: "LICENSE",
  luxon: "LICENSE.md",
};

const bootstrap = {
  name: "bootstrap",
  setup(builder) {
    builder.onResolve({ filter: /^bootstrap$/ }, () => ({ path: "bootstrap", namespace: "bootstrap" }));
    builder.onLoad({ filter: /.*/, namespace: "bootstrap" }, () => ({
      contents: prune(readFileSync("node_modules/bootstrap/dist/css/bootstrap.min.css", "utf8")),
      loader: "css",
    }));
  },
};

const policy = {
  name: "policy",
  setup(builder) {
    builder.onLoad({ filter: /node_modules\/.*\.css$/ }, ({ path }) => ({
      contents: withoutPictures(readFileSync(path, "utf8")),
      loader: "css",
    }));
  },
};

/** Build everything; throws when a budget is passed or a text was not found. */
export async function buildPages() {
  const translation = chinese();
  const bundles = [
    await bundle(OFFICE, translation),
    await bundle(STUDIO, translation),
    await bundle(FORMS, translation, { preact: preactOf("@bpmn-io/form-js-editor") }),
  ];
  const metafile = { outputs: Object.assign({}, ...bundles.map((each) => each.metafile.outputs)) };
  translation.check();
  const names = manifest(metafile);
  const lines = budget(metafile, names);
  const licences = copyLicences();
  writeFileSync(join(STATIC, "manifest.json"), `${JSON.stringify(names, null, 1)}\n`);
  sweep(metafile, names, licences);
  return lines;
}

/** The folder of the preact that a package runs with. */
function preactOf(name) {
  const asks = createRequire(createRequire(import.meta.url).resolve(`${name}/package.json`));
  return dirname(asks.resolve("preact/package.json"));
}

function bundle(entryPoints, translation, alias = {}) {
  return build({
    entryPoints,
    outdir: STATIC,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    charset: "utf8",
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    assetNames: "[name]-[hash]",
    legalComments: "linked",
    metafile: true,
    loader: { ".woff2": "file", ".woff": "empty", ".ttf": "empty", ".eot": "empty", ".svg": "file" },
    alias: { ...alias, "@camunda/feel-builtins": "./server/web/islands/studio/builtins.js" },
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [bootstrap, policy, translation.plugin],
    logLevel: "warning",
  });
}

function manifest(metafile) {
  const names = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const entry = Object.keys(ENTRIES).find((name) => ENTRIES[name] === output.entryPoint);
    if (!entry || !(path.endsWith(".js") || path.endsWith(".css"))) continue;
    const name = entry + extname(path);
    names[NAMES[name] ?? name] = basename(path);
  }
  for (const name of PLAIN) {
    const content = readFileSync(join("server/web/styles", name));
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
    names[name] = `${basename(name, extname(name))}-${hash}${extname(name)}`;
    writeFileSync(join(STATIC, names[name]), content);
  }
  return names;
}

function budget(metafile, names) {
  const lines = [];
  for (const [name, limit] of Object.entries(BUDGET)) {
    if (!names[name]) throw new Error(`${name} was not built`);
    const size = [...pulled(metafile, join(STATIC, names[name]))]
      .map((path) => gzipSync(readFileSync(path), { level: 9 }).length)
      .reduce((sum, bytes) => sum + bytes, 0);
    const kilobytes = size / 1024;
    lines.push(`${name} ${kilobytes.toFixed(1)} KB of ${limit}`);
    if (kilobytes > limit * 1.1) {
      throw new Error(`${name} is ${kilobytes.toFixed(1)} KB compressed, its budget is ${limit} KB`);
    }
  }
  return lines;
}

/** The file and every chunk it imports. */
function pulled(metafile, path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: next, kind } of metafile.outputs[path].imports) {
    if (kind === "import-statement") pulled(metafile, next, found);
  }
  return found;
}

function copyLicences() {
  const folder = join(STATIC, "licenses");
  mkdirSync(folder, { recursive: true });
  for (const [name, file] of Object.entries(LICENCES)) {
    copyFileSync(join("node_modules", name, file), join(folder, `${name.replace(/[@/]/g, "_")}.txt`));
  }
  return "licenses";
}

/** Removes what an earlier build left. */
function sweep(metafile, names, licences) {
  const kept = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const name of [...Object.values(names), "manifest.json", licences]) kept.add(name);
  for (const name of readdirSync(STATIC)) {
    if (!kept.has(name)) rmSync(join(STATIC, name), { recursive: true });
  }
}
