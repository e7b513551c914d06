import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BpmnModdle } from "bpmn-moddle";

const rongcuo = JSON.parse(readFileSync("server/web/islands/designer/rongcuo.json", "utf8"));
/** What says nothing: the default of BPMN written out. */
const DEFAULTS = [/ cancelActivity="true"/g, / isInterrupting="true"/g, / isMarkerVisible="false"/g];

const packs = readdirSync("processes", { withFileTypes: true }).filter((each) => each.isDirectory());
const diagrams = packs.flatMap(({ name }) =>
  readdirSync(join("processes", name))
    .filter((file) => file.endsWith(".bpmn"))
    .map((file) => join("processes", name, file)),
);

/** Every element and every attribute with its value, in any order. */
function parts(xml) {
  const bare = DEFAULTS.reduce((text, pattern) => text.replace(pattern, ""), xml.replace(/<!--.*?-->|<\?.*?\?>/gs, ""));
  // an attribute in single quotes may hold double ones
  const plain = bare.replace(/='([^'<>]*)'/g, (_, value) => `="${value.replaceAll('"', "&quot;")}"`);
  const elements = [...plain.matchAll(/<([\w:]+)((?:\s+[\w:]+="[^"]*")*)\s*\/?>/g)];
  return elements
    .map(([, name, attributes]) => {
      const named = [...attributes.matchAll(/([\w:]+)="([^"]*)"/g)]
        .filter(([, key]) => !key.startsWith("xmlns"))
        .map(([, key, value]) => `${key}=${value.replaceAll("&#34;", "&quot;").replace(/^bpmn:/, "")}`);
      return `${name} ${named.sort().join(" ")}`;
    })
    .sort();
}

test("a diagram that is opened and kept has lost nothing", async (t) => {
  assert.ok(diagrams.length > 20);
  for (const path of diagrams) {
    await t.test(path, async () => {
      const before = readFileSync(path, "utf8");
      const moddle = new BpmnModdle({ rongcuo });
      const { rootElement, warnings } = await moddle.fromXML(before);
      assert.deepEqual(warnings, []);
      const { xml } = await moddle.toXML(rootElement, { format: true });
      assert.deepEqual(parts(xml), parts(before));
    });
  }
});
