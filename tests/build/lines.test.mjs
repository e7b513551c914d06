import assert from "node:assert/strict";
import { test } from "node:test";
import { compared, isDifferent, parts } from "../../server/web/islands/studio/lines.js";

const shown = (rows) =>
  rows.map(({ left, right, isChanged }) => [left?.text ?? "", isChanged ? "≠" : left && right ? "=" : left ? "<" : ">", right?.text ?? ""].join(""));

test("the same text has no difference, whatever ends its lines", () => {
  assert.deepEqual(shown(compared("甲\n乙\n", "甲\r\n乙")), ["甲=甲", "乙=乙"]);
  assert.deepEqual(compared("", ""), []);
});

test("a line of one text alone stands alone, one in place of another beside it", () => {
  assert.deepEqual(shown(compared("a\nb\nc\nd", "a\nc\nx\nd")), ["a=a", "b<", "c=c", ">x", "d=d"]);
  assert.deepEqual(shown(compared("a\nb\nc", "a\nx\ny\nc")), ["a=a", "b≠x", ">y", "c=c"]);
  assert.deepEqual(shown(compared("", "x")), [">x"]);
  assert.deepEqual(shown(compared("a\na", "a")), ["a=a", "a<"]);
});

test("lines keep their numbers, and each text comes out whole", () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 16807) % 2147483647) % n;
  for (let round = 0; round < 200; round += 1) {
    const [a, b] = [0, 1].map(() => Array.from({ length: random(12) }, () => "abc"[random(3)]));
    const rows = compared(a.join("\n"), b.join("\n"));
    for (const [side, lines] of [["left", a], ["right", b]]) {
      const found = rows.map((row) => row[side]).filter(Boolean);
      assert.deepEqual(found.map(({ text }) => text), lines);
      assert.deepEqual(found.map(({ n }) => n), lines.map((_, at) => at + 1));
    }
    for (const row of rows) if (!isDifferent(row)) assert.equal(row.left.text, row.right.text);
  }
});

test("what is the same far from any difference is counted, not shown", () => {
  const lines = Array.from({ length: 20 }, (_, n) => `${n}`);
  const other = lines.with(10, "x");
  const found = parts(compared(lines.join("\n"), other.join("\n")), 2);
  assert.deepEqual(found.map(({ skipped, rows }) => [skipped, rows.length]), [[8, 5], [7, 0]]);
  assert.deepEqual(parts(compared("a", "a")), [{ skipped: 1, rows: [] }]);
});

test("two large texts that have little in common are compared at once", () => {
  const [a, b] = ["a", "b"].map((side) => Array.from({ length: 30_000 }, (_, n) => `${side}${n}`).join("\n"));
  assert.equal(compared(`same\n${a}`, `same\n${b}`).filter(isDifferent).length, 30_000);
});
