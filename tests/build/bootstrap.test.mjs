import assert from "node:assert/strict";
import { test } from "node:test";
import { prune } from "../../build/bootstrap.mjs";

test("a rule of a component no page has is left out", () => {
  assert.equal(prune(".card{color:red}.btn{color:blue}"), ".btn{color:blue}");
});

test("of several selectors the used ones stay", () => {
  assert.equal(prune(".carousel .btn,.btn,.modal{color:blue}"), ".btn{color:blue}");
});

test("a comma inside brackets does not end a selector", () => {
  assert.equal(prune(".btn:not(.a,.b){color:blue}"), ".btn:not(.a,.b){color:blue}");
});

test("an empty media rule goes with what was in it", () => {
  assert.equal(prune("@media print{.modal{top:0}}@media print{.btn{top:0}}"), "@media print{.btn{top:0}}");
});

test("no picture stays in the sheet, the content policy would refuse it", () => {
  assert.equal(prune('.btn{background:url("data:image/svg+xml,%3c}/*{") no-repeat}'), ".btn{background:none no-repeat}");
});

test("dark colours go, comments too", () => {
  assert.equal(prune("/*! x */[data-bs-theme=dark]{color:red}p{margin:0}"), "p{margin:0}");
});
