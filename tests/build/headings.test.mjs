import assert from "node:assert/strict";
import { test } from "node:test";
import { lowered } from "../../server/web/islands/form/headings.js";

const text = (words) => ({ type: "text", text: words });

test("headings of texts go down a level, also those inside groups", () => {
  const found = lowered({
    id: "f",
    components: [text("# 登记\n说明 # 1\n## 小节"), { type: "group", components: [text("###### 最小")] }],
  });
  assert.deepEqual(found, {
    id: "f",
    components: [text("## 登记\n说明 # 1\n### 小节"), { type: "group", components: [text("###### 最小")] }],
  });
});

test("an expression, another field and a number sign that is no heading stay", () => {
  const components = [text("=# a"), text("#不是标题"), { type: "textfield", key: "a", label: "# b" }];
  assert.deepEqual(lowered({ components }).components, components);
});
