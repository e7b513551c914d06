import assert from "node:assert/strict";
import { test } from "node:test";
import { written } from "../../server/web/islands/form/problems.js";
import { stateOf } from "../../server/web/islands/viewer/marks.js";

test("the place of an answer is written as the server writes it", () => {
  assert.equal(written(["opinion"]), "opinion");
  assert.equal(written(["members", 0, "person"]), "members[0].person");
  assert.equal(written(["group", "rows", 2, "inner", 10, "name"]), "group.rows[2].inner[10].name");
});

test("the most urgent count of a step says how it is drawn", () => {
  assert.equal(stateOf({ done: 2, active: 1, overdue: 1 }), "overdue");
  assert.equal(stateOf({ done: 2, active: 1 }), "active");
  assert.equal(stateOf({ done: 2 }), "done");
  assert.equal(stateOf({ returned: 1 }), "");
});
