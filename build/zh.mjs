// Chinese for components that have no translation of their own: literals in the exact files of the
// pinned versions are replaced while they are bundled. A pattern that is not found as often as
// expected fails the build, and so does another version of the package.
import { readFileSync } from "node:fs";
import { TEXTS } from "./zh.texts.mjs";

/**
 * Replaces every pattern of a table in a source.
 * @param {string} source
 * @param {Array<[string, string, number]>} table text, replacement, expected hits
 * @param {string} name told when a text is not found as often as expected
 */
export function translate(source, table, name) {
  for (const [text, chinese, expected] of table) {
    const parts = source.split(text);
    if (parts.length - 1 !== expected) {
      throw new Error(`${name}: found ${parts.length - 1} times, expected ${expected}: ${text}`);
    }
    source = parts.join(chinese);
  }
  return source;
}

/** The plugin, and the check that every file of the table was bundled. */
export function chinese(texts = TEXTS) {
  const seen = new Set();
  const plugin = {
    name: "chinese",
    setup(builder) {
      for (const [file, { version, table, ways = [] }] of Object.entries(texts)) {
        builder.onLoad({ filter: new RegExp(`node_modules/${escaped(file)}$`) }, ({ path }) => {
          const folder = path.slice(0, path.length - file.length) + packageOf(file);
          const found = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")).version;
          if (found !== version) throw new Error(`${file} is ${found}, its texts are for ${version}`);
          seen.add(file);
          return { contents: translate(readFileSync(path, "utf8"), [...table, ...ways], file), loader: "js" };
        });
      }
    },
  };
  const check = () => {
    for (const file of Object.keys(texts)) {
      if (!seen.has(file)) throw new Error(`${file} was not bundled, its texts are out of date`);
    }
  };
  return { plugin, check };
}

function packageOf(file) {
  return file.split("/").slice(0, file.startsWith("@") ? 2 : 1).join("/");
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
