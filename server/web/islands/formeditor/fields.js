// The components a form may have: their names, in which part of the palette they stand, and what a
// new one begins with. The list follows server/forms/components.py; what the server refuses, and
// the button, which every task page has of its own, is not offered.
import { DATETIME_SUBTYPES_LABELS, OPTIONS_SOURCES_LABELS } from "@bpmn-io/form-js-viewer";
import { h } from "preact";

Object.assign(OPTIONS_SOURCES_LABELS, { static: "固定的选项", input: "清单或者变量", expression: "表达式" });
Object.assign(DATETIME_SUBTYPES_LABELS, { date: "日期", time: "时间", datetime: "日期和时间" });

const TWO = [{ label: "是", value: "yes" }, { label: "否", value: "no" }];

const FIELDS = {
  textfield: ["单行文字", "basic-input"],
  textarea: ["多行文字", "basic-input"],
  number: ["数字", "basic-input", { serializeToString: true }],
  datetime: ["日期时间", "basic-input", { label: undefined, subtype: "date", dateLabel: "日期" }],
  expression: ["计算", "basic-input", { label: undefined, computeOn: "change" }],
  filepicker: ["附件", "basic-input", { multiple: true }],
  checkbox: ["勾选", "selection"],
  checklist: ["多选", "selection", { values: TWO }],
  radio: ["单选", "selection", { values: TWO }],
  select: ["下拉单选", "selection", { values: TWO }],
  taglist: ["下拉多选", "selection", { values: TWO }],
  text: ["文字说明", "presentation", { label: undefined, text: "说明文字" }],
  image: ["图片", "presentation", { label: undefined, source: "/static/" }],
  table: ["表格", "presentation"],
  separator: ["横线", "presentation", { label: undefined }],
  spacer: ["空白", "presentation", { label: undefined, height: 40 }],
  group: ["组", "container", { components: [], showOutline: true }],
  dynamiclist: ["可增加的组", "container", { components: [], showOutline: true, isRepeating: true, allowAddRemove: true, defaultRepetitions: 1 }],
  html: ["网页代码（不允许）"],
  iframe: ["外部网页（不允许）"],
  documentPreview: ["文件预览（不允许）"],
  button: ["按钮"],
};

/** A form-js module that names the components. */
function Named(formFields) {
  for (const [type, [name, group, begins]] of Object.entries(FIELDS)) {
    const Field = formFields.get(type);
    if (Field) formFields.register(type, named(Field, name, group, begins));
  }
}
Named.$inject = ["formFields"];

function named(Field, name, group, begins = {}) {
  const Own = (props) => h(Field, props);
  // what is read from a file is not completed: only a new component begins with something
  const create = (options = {}, isNew = true) => {
    if (!isNew) return { ...options };
    const made = { ...Field.config.create(options), label: name, ...begins, ...options };
    for (const key of Object.keys(made)) if (made[key] === undefined) delete made[key];
    return structuredClone(made);
  };
  // a label of the configuration would be written into every file that has none
  Own.config = { ...Field.config, label: undefined, name, group, create };
  return Own;
}

export const fields = { __init__: ["namedFields"], namedFields: ["type", Named] };
