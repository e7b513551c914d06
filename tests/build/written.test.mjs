import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { written } from "../../server/web/islands/formeditor/written.js";

/** What the editor makes of a schema: a row for each component, its own version, other order. */
function edited(parent) {
  const components = (parent.components ?? []).map((each, number) => ({
    ...Object.fromEntries(Object.entries(edited(each)).reverse()),
    layout: each.layout ?? { row: `Row_${number}${each.id}`, columns: null },
  }));
  return parent.components ? { ...parent, components } : { ...parent };
}

test("a form that was opened and not changed is the same to the letter", () => {
  for (const folder of readdirSync("forms")) {
    for (const file of readdirSync(`forms/${folder}`).filter((name) => name.endsWith(".form.json"))) {
      const text = readFileSync(`forms/${folder}/${file}`, "utf8");
      const schema = { ...edited(JSON.parse(text)), schemaVersion: 19 };
      assert.equal(written(schema, JSON.parse(text)), text, `${folder}/${file}`);
    }
  }
});

test("a changed label changes one line, and two in a row keep their row", () => {
  const original = { type: "default", components: [{ id: "a", type: "textfield", key: "a", label: "甲" }, { id: "b", type: "textfield", key: "b", label: "乙" }] };
  const changed = { ...original, components: original.components.map((each) => ({ ...each, layout: { row: "Row_1", columns: null } })) };
  changed.components[0].label = "丙";
  const found = JSON.parse(written(changed, original));
  assert.equal(found.components[0].label, "丙");
  assert.deepEqual(found.components.map((each) => each.layout), [{ row: "Row_1" }, { row: "Row_1" }]);
});

test("an emptied entry is gone, a false that stood in the file stays", () => {
  const original = { type: "default", components: [{ id: "a", type: "textfield", key: "a", validate: { required: false }, properties: { kind: "case", same_party: true } }] };
  const same = JSON.parse(written(original, original));
  assert.deepEqual(same, original);
  const emptied = { ...original, components: [{ ...original.components[0], description: "", validate: { required: undefined }, properties: {} }] };
  assert.deepEqual(JSON.parse(written(emptied, original)).components[0], { id: "a", type: "textfield", key: "a" });
});
