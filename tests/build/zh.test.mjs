import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { translate } from "../../build/zh.mjs";
import { TEXTS } from "../../build/zh.texts.mjs";

test("a text found as often as expected is replaced", () => {
  assert.equal(translate("a 'Add' b 'Add'", [["'Add'", "'增加'", 2]], "x.js"), "a '增加' b '增加'");
});

test("a text found more or less often fails, with its place", () => {
  assert.throws(() => translate("'Add'", [["'Add'", "'增加'", 2]], "x.js"), /x\.js: found 1 times, expected 2: 'Add'/);
  assert.throws(() => translate("", [["'Add'", "'增加'", 1]], "x.js"), /found 0 times/);
});

test("every text is in the pinned version, and none of the replacements speaks English", () => {
  for (const [file, { version, table }] of Object.entries(TEXTS)) {
    const folder = file.split("/").slice(0, file.startsWith("@") ? 2 : 1).join("/");
    assert.equal(JSON.parse(readFileSync(`node_modules/${folder}/package.json`, "utf8")).version, version);
    const changed = translate(readFileSync(`node_modules/${file}`, "utf8"), table, file);
    assert.doesNotMatch(changed, /'Field (is|must)/);
    for (const [, chinese] of table) assert.match(chinese, /[\u4e00-\u9fff]/);
  }
});
