// What may be drawn: the constructs that run as drawn, under their Chinese names, and nothing else.
// The server refuses the rest anyway; here nobody is led to draw it.

const REPLACE = {
  "replace-with-user-task": "人工环节（有人办理，有表单）",
  "replace-with-rule-task": "自动判定（按决策表）",
  "replace-with-send-task": "发出消息",
  "replace-with-receive-task": "等待消息",
  "replace-with-manual-task": "线下环节（没有表单）",
  "replace-with-call-activity": "调用流程（另一张图）",
  "replace-with-collapsed-subprocess": "子流程（收起）",
  "replace-with-expanded-subprocess": "子流程（展开）",
  "replace-with-subprocess": "子流程",
  "replace-with-exclusive-gateway": "择一分支（按条件走一条）",
  "replace-with-parallel-gateway": "并行分支（同时走每一条）",
  "replace-with-inclusive-gateway": "多选分支（按条件走一条或者几条）",
  "replace-with-event-based-gateway": "等待事件的分支（先到者走）",
  "replace-with-none-start": "开始",
  "replace-with-message-start": "由消息开始",
  "replace-with-none-end": "结束",
  "replace-with-message-end": "结束并发出消息",
  "replace-with-error-end": "以差错结束",
  "replace-with-escalation-end": "结束并上报",
  "replace-with-signal-end": "结束并发出信号",
  "replace-with-terminate-end": "结束并终止其他分支",
  "replace-with-none-intermediate-throw": "经过点",
  "replace-with-none-intermediate-throwing": "经过点",
  "replace-with-timer-intermediate-catch": "计时",
  "replace-with-message-intermediate-catch": "等待消息",
  "replace-with-message-intermediate-throw": "发出消息",
  "replace-with-signal-intermediate-catch": "等待信号",
  "replace-with-signal-intermediate-throw": "发出信号",
  "replace-with-escalation-intermediate-throw": "上报",
  "replace-with-conditional-intermediate-catch": "等待条件成立",
  "replace-with-link-intermediate-catch": "接续（由此接上）",
  "replace-with-link-intermediate-throw": "接续（转到别处）",
  "replace-with-timer-boundary": "到时转出（计时）",
  "replace-with-non-interrupting-timer-boundary": "到时另起一支（计时）",
  "replace-with-message-boundary": "收到消息转出",
  "replace-with-non-interrupting-message-boundary": "收到消息另起一支",
  "replace-with-error-boundary": "出现差错转出",
  "replace-with-escalation-boundary": "上报时转出",
  "replace-with-non-interrupting-escalation-boundary": "上报时另起一支",
  "replace-with-signal-boundary": "收到信号转出",
  "replace-with-non-interrupting-signal-boundary": "收到信号另起一支",
  "replace-with-conditional-boundary": "条件成立转出",
  "replace-with-non-interrupting-conditional-boundary": "条件成立另起一支",
  "replace-with-sequence-flow": "普通连线",
  "replace-with-default-flow": "其他情形走这条",
  "replace-with-conditional-flow": "按条件走",
  "replace-with-expanded-pool": "泳池（展开）",
  "replace-with-data-store-reference": "资料库",
  "replace-with-data-object-reference": "数据",
};
const HEADER = ["toggle-parallel-mi", "toggle-sequential-mi", "toggle-non-interrupting"];
const PAD = [
  ...["append.end-event", "append.gateway", "append.append-task", "append.intermediate-event"],
  ...["append.timer-intermediate-event", "append.message-intermediate-event", "append.receive-task"],
  ...["append.text-annotation", "connect", "replace", "delete"],
  ...["lane-insert-above", "lane-insert-below", "lane-divide-two", "lane-divide-three"],
];

/** Narrows the menus of the drawing tool down to what runs. */
export function menus(popupMenu, contextPad, canvas) {
  const narrow = (entries, known) =>
    Object.fromEntries(
      Object.entries(entries)
        .filter(([id]) => known(id))
        .map(([id, entry]) => [id, REPLACE[id] ? { ...entry, label: REPLACE[id] } : entry]),
    );
  popupMenu.registerProvider("bpmn-replace", 500, {
    getPopupMenuEntries: () => (entries) => narrow(entries, (id) => id in REPLACE),
    getPopupMenuHeaderEntries: () => (entries) => narrow(entries, (id) => HEADER.includes(id)),
  });
  contextPad.registerProvider(500, {
    getContextPadEntries: (element) => (entries) => {
      const kept = narrow(entries, (id) => PAD.includes(id));
      if (kept.replace) kept.replace = { ...kept.replace, action: { click: (event) => change(event, element) } };
      return kept;
    },
  });

  /** The menu of other types, beside the button that was pressed. */
  function change(event, element) {
    const box = canvas.getContainer().getBoundingClientRect();
    const { right, top } = event.target.getBoundingClientRect();
    const position = { x: right - box.left + 4, y: top - box.top, cursor: { x: event.x, y: event.y } };
    popupMenu.open(element, "bpmn-replace", position, { title: "改为其他类型", width: 300, search: true });
  }
}
menus.$inject = ["popupMenu", "contextPad", "canvas"];

/** No palette of pictures: the bar above the drawing has words. */
export const narrowed = {
  __init__: ["rongcuoMenus"],
  rongcuoMenus: ["type", menus],
  paletteProvider: ["value", null],
};
