// What dmn-js says past its own translate service; the rest stands in server/web/islands/dmn/zh.js.

/** One table for each file of a package. */
function files(folder, version, tables) {
  return Object.fromEntries(Object.entries(tables).map(([file, table]) => [`${folder}/${file}`, { version, table }]));
}

export const DMN_TEXTS = {
  ...files("dmn-js-decision-table/lib/features", "17.12.2", {
    // also the name of a type, which the service translates
    "hit-policy/HitPolicies.js": [["label: 'Any'", "label: '可多行符合，结论须一致'", 1]],
    "decision-table-head/components/DecisionTableHead.js": [
      ['createVNode(1, "th", "index-column")', 'createVNode(1, "th", "index-column", "行", 0)', 1],
    ],
    "context-menu/ContextMenu.js": [['"Decision table context menu"', '"表格菜单"', 1]],
    "simple-duration-edit/components/InputDurationEdit.js": [['createTextVNode("Value")', 'createTextVNode("值")', 1]],
  }),
  ...files("dmn-js-shared/lib/components", "17.12.2", {
    "List.js": [['"Remove item"', '"移除"', 1]],
  }),
  ...files("dmn-js-boxed-expression/lib/features", "17.10.2", {
    "element-logic/ElementLogic.js": [
      ['createTextVNode("Expression of type ")', 'createTextVNode("这种内容（")', 1],
      ['createTextVNode(" is not supported.")', 'createTextVNode("）不能在此修改，原样保留。")', 1],
    ],
    "element-variable/components/ElementVariableComponent.js": [['createTextVNode("Result")', 'createTextVNode("结果")', 1]],
    "element-variable/components/ElementVariableEditorComponent.js": [['createTextVNode("Result")', 'createTextVNode("结果")', 1]],
  }),
};
