// The bar above the drawing: what can be put on it, undo and redo, find, how large it is drawn.
import { labelOf } from "./zh.js";

const KINDS = [
  { words: "环节", sign: "▭", type: "bpmn:UserTask" },
  { words: "判定", sign: "▦", type: "bpmn:BusinessRuleTask" },
  { words: "分支", sign: "◇", type: "bpmn:ExclusiveGateway" },
  { words: "并行", sign: "⊕", type: "bpmn:ParallelGateway" },
  { words: "计时", sign: "◷", type: "bpmn:IntermediateCatchEvent", event: "bpmn:TimerEventDefinition" },
  { words: "调用流程", sign: "▣", type: "bpmn:CallActivity" },
  { words: "开始", sign: "○", type: "bpmn:StartEvent" },
  { words: "结束", sign: "◉", type: "bpmn:EndEvent" },
];

/** The bar's element. A button puts its shape behind what is chosen; dragged, wherever it is let go. */
export function bar(modeler, { onList }) {
  const get = (name) => modeler.get(name);
  const made = document.createElement("div");
  made.className = "drawing-bar";
  made.setAttribute("role", "toolbar");
  made.setAttribute("aria-label", "画图工具");
  const group = (label, ...parts) => {
    const box = document.createElement("div");
    box.className = "bar-group";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    box.append(...parts);
    return box;
  };
  const undo = sign("↶", "撤销（Ctrl+Z）", () => get("commandStack").undo());
  const redo = sign("↷", "重做（Ctrl+Y）", () => get("commandStack").redo());
  const scale = document.createElement("output");
  scale.className = "num";
  made.append(
    group("新画", ...KINDS.map(kind)),
    group("连线与选择",
      button("↗", "连线", (event) => get("globalConnect").start(event)),
      sign("⬚", "框选", (event) => get("lassoTool").activateSelection(event)),
    ),
    group("撤销", undo, redo),
    group("查看",
      button("≡", "列表", onList),
      button("⌕", "查找", () => get("searchPad").toggle(), "Ctrl+F"),
      sign("−", "缩小", () => get("zoomScroll").stepZoom(-1)),
      scale,
      sign("＋", "放大", () => get("zoomScroll").stepZoom(1)),
      sign("⤢", "看全图", () => get("canvas").zoom("fit-viewport", "auto")),
    ),
  );
  const events = get("eventBus");
  events.on(["commandStack.changed", "import.done"], () => {
    undo.disabled = !get("commandStack").canUndo();
    redo.disabled = !get("commandStack").canRedo();
  });
  events.on("canvas.viewbox.changed", ({ viewbox }) => (scale.textContent = `${Math.round(viewbox.scale * 100)}%`));
  undo.disabled = redo.disabled = true;
  return made;

  function kind({ words, sign, type, event }) {
    const shape = () =>
      get("elementFactory").createShape({ type, ...(event ? { eventDefinitionType: event } : {}), ...(type === "bpmn:CallActivity" ? { isExpanded: false } : {}) });
    const put = button(sign, words, (click) => {
      const [chosen] = get("selection").get();
      const follows = chosen && !["bpmn:Participant", "bpmn:Lane", "bpmn:SequenceFlow", "bpmn:EndEvent"].includes(chosen.type) && type !== "bpmn:StartEvent" && chosen.width;
      if (follows) get("autoPlace").append(chosen, shape());
      else get("create").start(click, shape());
    });
    put.title = `${words}：点一下接在选中的环节后面，或者拖到图上`;
    put.draggable = true;
    put.addEventListener("dragstart", (drag) => {
      drag.preventDefault();
      get("create").start(drag, shape());
    });
    return put;
  }
}

function button(sign, words, act, keys = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "bar-button";
  const picture = document.createElement("span");
  picture.setAttribute("aria-hidden", "true");
  picture.textContent = sign;
  made.append(picture, ` ${words}`);
  if (keys) made.title = `${words}（${keys}）`;
  made.addEventListener("click", act);
  return made;
}

/** What is known by its sign: its name is read out, and shown when pointed at. */
function sign(picture, words, act) {
  const made = button(picture, words, act);
  made.textContent = picture;
  made.title = words;
  made.setAttribute("aria-label", words);
  return made;
}

/** Every element in words, for whoever cannot use the drawing; choosing one chooses it there. */
export function elementList(modeler, choose) {
  const dialog = document.createElement("dialog");
  dialog.className = "help elements";
  dialog.setAttribute("aria-label", "元素列表");
  return {
    dialog,
    show(kindOf) {
      const shown = modeler.get("elementRegistry").filter(({ type, labelTarget }) => !labelTarget && /^bpmn:/.test(type) && !/Process|Collaboration|Label/.test(type));
      const head = document.createElement("h2");
      head.textContent = `元素列表（${shown.length}）`;
      const list = document.createElement("ul");
      for (const element of shown) {
        const open = document.createElement("button");
        open.type = "button";
        open.className = "btn btn-link";
        open.textContent = labelOf(element);
        open.addEventListener("click", () => {
          dialog.close();
          choose(element);
        });
        const line = document.createElement("li");
        line.append(open, Object.assign(document.createElement("span"), { className: "sub", textContent: ` ${kindOf(element)} ${element.id}` }));
        list.append(line);
      }
      const close = document.createElement("form");
      close.method = "dialog";
      close.append(Object.assign(document.createElement("button"), { className: "btn", textContent: "关闭" }));
      dialog.replaceChildren(head, list, close);
      dialog.showModal();
    },
  };
}
