import assert from "node:assert/strict";
import { test } from "node:test";
import { read, SHAPES, shown, weekday } from "../../server/web/islands/form/dates.read.js";

test("a day is read the ways people write it", () => {
  for (const text of ["2026-02-26", "2026.2.26", "2026/2/26", "20260226", "2026年2月26日", " 2026-2-26 "]) {
    assert.equal(read(SHAPES.date, text), "2026-02-26", text);
  }
});

test("what is no day is not read", () => {
  for (const text of ["", "2026-02-30", "26-02-2026", "2026-13-01", "明天", "2026-02-26 08:30"]) {
    assert.equal(read(SHAPES.date, text), null, text);
  }
});

test("a time stands alone or behind a day", () => {
  assert.equal(read(SHAPES.time, "8:05"), "08:05");
  assert.equal(read(SHAPES.time, "8时5分"), "08:05");
  assert.equal(read(SHAPES.time, "24:00"), null);
  assert.equal(read(SHAPES.datetime, "2026年2月26日 8:30"), "2026-02-26T08:30");
  assert.equal(read(SHAPES.datetime, "2026-02-26T08:30"), "2026-02-26T08:30");
  assert.equal(read(SHAPES.datetime, "2026-02-26"), null);
});

test("a kept value is shown without its letter T, with the day of the week", () => {
  assert.equal(shown("2026-02-26T08:30"), "2026-02-26 08:30");
  assert.equal(weekday("2026-02-26"), "周四");
  assert.equal(weekday("2026-02-30"), "");
  assert.equal(weekday(null), "");
});
