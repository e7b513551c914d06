// What the components say, and how it reads in Chinese: text in the source, replacement, how often.
// The sentences about an answer are those of the server (server/forms/limits.py), so that nobody
// sees two texts for one thing; tests/browser/test_form_differential.py compares them.
import { DMN_TEXTS } from "./zh.dmn.mjs";
import { FORM_EDITOR_TEXTS } from "./zh.formeditor.mjs";

/** The label of a field, inside form-js's own functions. */
const LABEL = "“${field.label || field.dateLabel || field.timeLabel || field.key}”";

const ASKED =
  "${field.type === 'checkbox' ? '请勾选' : " +
  "['radio', 'select', 'checklist', 'taglist'].includes(field.type) ? '请选择' : '请填写'}";

const MARKUP = [
  ["'Field is required.'", `\`${ASKED}${LABEL}\``, 1],
  ["`Field must match pattern ${validation.pattern}.`", `\`${LABEL}的格式不正确\``, 1],
  ["`Field must have minimum value of ${validation.min}.`", `\`${LABEL}不得小于\${validation.min}\``, 1],
  ["`Field must have maximum value of ${validation.max}.`", `\`${LABEL}不得大于\${validation.max}\``, 1],
  [
    "`Field must have minimum length of ${validation.minLength}.`",
    `\`${LABEL}至少\${validation.minLength}个字\``,
    1,
  ],
  [
    "`Field must have maximum length of ${validation.maxLength}.`",
    `\`${LABEL}最多\${validation.maxLength}个字\``,
    1,
  ],
  ["'Min validation value is not a valid number.'", `\`${LABEL}：应填写数字\``, 1],
  ["'Max validation value is not a valid number.'", `\`${LABEL}：应填写数字\``, 1],
  [
    "'Field must be a valid  international phone number. (e.g. +4930664040900)'",
    `\`${LABEL}应为国际电话号码\``,
    1,
  ],
  ["'Field must be a valid email.'", `\`${LABEL}应为电子邮件地址\``, 1],
  ["'Value is not a number.'", `\`${LABEL}：应填写数字\``, 1],
  [
    "'Value is expected to ' + (decimalDigits === 0 ? 'be an integer' : `have at most ${decimalDigits} decimal digit${decimalDigits > 1 ? 's' : ''}`) + '.'",
    `\`${LABEL}最多\${decimalDigits}位小数\``,
    1,
  ],
  [
    "`Please select a valid value, the two nearest valid values are ${previousValue} and ${nextValue}.`",
    `\`${LABEL}应为\${increment}的倍数\``,
    1,
  ],
  ["'Date and time must both be entered.'", "'日期和时间都要填写'", 1],
  ['children: "*"', 'children: "必填"', 1],
  ["'Add new'", "`增加一项${repeaterField.label ? '（' + repeaterField.label + '）' : ''}`", 1],
  ["`Expand all (${values.length - 1})`", "`全部展开（${values.length}项）`", 1],
  ["children: [jsx(SvgCollapse, {}), \" \", 'Collapse']", "children: [jsx(SvgCollapse, {}), \" \", '收起']", 1],
  [
    "`Remove list item ${itemIndex + 1}`",
    "`删除第${itemIndex + 1}项${repeaterField.label ? '（' + repeaterField.label + '）' : ''}`",
    1,
  ],
  [
    'children: jsx("div", {\n        class: "fjs-repeat-row-remove-icon-container",\n        children: jsx(SvgDelete, {})\n      })',
    "children: '删除'",
    1,
  ],
  ["emptyListMessage = 'No results'", "emptyListMessage = '没有结果'", 1],
  ["hasOptionsLeft ? 'No results' : 'All values selected'", "hasOptionsLeft ? '没有结果' : '已全部选择'", 1],
  ["placeholder: 'Search'", "placeholder: '查找'", 1],
  ["undefined : 'Search'", "undefined : '查找'", 1],
  ["valueLabel || 'Select'", "valueLabel || '请选择'", 1],
  ['title: "Remove tag"', 'title: "移除"', 1],
  ["'Nothing to show.'", "'没有内容'", 1],
  ['"Nothing to show."', '"没有内容"', 1],
  ['"Previous page"', '"上一页"', 1],
  ['"Next page"', '"下一页"', 1],
  ["`Click to sort by ${label} descending`", "`按${label}降序排列`", 1],
  ["`Click to sort by ${label} ascending`", "`按${label}升序排列`", 1],
  ["'Click to remove sorting'", "'取消排序'", 1],
  ['"aria-label": "Increment"', '"aria-label": "增加"', 1],
  ['"aria-label": "Decrement"', '"aria-label": "减少"', 1],
  ['children: "Browse"', 'children: "选择文件"', 1],
  ["'No files selected'", "'还没有选择文件'", 1],
  ["`${files.length} files selected`", "`已选择${files.length}个文件`", 1],
  ["use24h ? 'hh:mm' : 'hh:mm --'", "'时:分'", 1],
  ['title: "Powered by bpmn.io"', 'title: "由 bpmn.io 提供"', 1],
];

/**
 * Not a text: what a condition hides reads as null in every other condition, as on the server
 * (server/forms/compiler.py). form-js would let the value it was opened with shine through, and
 * would ask each condition only once.
 */
const HIDDEN = [
  [
    `    const newData = conditionChecker ? conditionChecker.applyConditions(data, data) : data;
    return {
      ...initialData,
      ...newData
    };`,
    `    const filled = { ...initialData, ...data };
    let seen = filled;
    for (let round = 0, before = -1; conditionChecker && round < 8; round += 1) {
      const kept = conditionChecker.applyConditions(filled, seen);
      const gone = Object.keys(filled).filter(key => !(key in kept));
      seen = { ...kept, ...Object.fromEntries(gone.map(key => [key, null])) };
      if (gone.length === before) break;
      before = gone.length;
    }
    return seen;`,
    1,
  ],
];

/**
 * Not a text either: CodeMirror puts its rules into a <style> element, which the policy of the
 * pages refuses (style-src 'self'); a sheet made by script says the same and is allowed.
 */
const ADOPTED = [
  ["if (!root.head && root.adoptedStyleSheets && win.CSSStyleSheet)", "if (root.adoptedStyleSheets)", 1],
];

export const TEXTS = {
  ...DMN_TEXTS,
  ...FORM_EDITOR_TEXTS,
  "style-mod/src/style-mod.js": { version: "4.1.5", table: [], ways: ADOPTED },
  "@bpmn-io/form-js-viewer/dist/index.es.js": { version: "1.23.0", table: MARKUP, ways: HIDDEN },
};
