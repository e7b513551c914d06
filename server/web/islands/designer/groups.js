// Which properties an element has, and where each of them is written: into the diagram. What the
// pack says of the element beside it (rights, signing, offices) is shown, with the way there.
import { area, group, link, note, select, text, tick } from "./fields.js";
import { write } from "./writing.js";

const ID = /^[A-Za-z_\p{L}][\w.\-\p{L}]{0,119}$/u;
const SIGNING = { countersign: "会签", or_sign: "或签", sequence: "依次会签", vote: "票签" };

/** The groups of an element, as elements of the page. */
export function groups(modeler, element, facts, { edit, keep }) {
  const object = element.businessObject;
  const to = write(modeler, element);
  const entries = (kind, key = "") => `${edit.replace(/\/edit$/, "/entries")}/${kind}${key ? `/${encodeURIComponent(key)}` : ""}`;
  const known = { object, to, facts, edit, entries, element, keep };
  return [
    general(known),
    ...(GROUPS[object.$type]?.(known) ?? []),
    ...(object.eventDefinitions ?? []).map((event) => EVENTS[event.$type]?.(known, event)),
    object.loopCharacteristics ? many(known) : null,
  ].filter(Boolean);
}

function general({ object, to, element }) {
  const type = object.$type;
  const isText = type === "bpmn:TextAnnotation";
  const isRoot = type === "bpmn:Collaboration";
  if (type === "bpmn:Group") return null;
  return group(
    "",
    isRoot ? null : area("名称", isText ? object.text : object.name, (value) => to.name(value), { rows: 2 }),
    isRoot || isText
      ? null
      : text("标识", object.id, (value) => rename(value, object, element, to), {
          hint: type === "bpmn:Lane" ? "泳道的标识就是名单里“办理机关”的键" : "期限、名单和演练场景按标识找到它；改了标识，那些地方也要改",
          field: "id",
        }),
    isRoot || isText ? null : area("说明", object.documentation?.[0]?.text, (value) => to.documentation(value), { rows: 2 }),
  );
}

function rename(value, object, element, to) {
  if (value === object.id) return "";
  if (!ID.test(value)) return "标识以字母开头，只含字母、数字、下划线";
  return to.id(value);
}

const GROUPS = {
  "bpmn:Participant": ({ object, facts, entries }) => procedure(object.processRef?.id, facts, entries),
  "bpmn:Process": ({ object, facts, entries }) => procedure(object.id, facts, entries),
  "bpmn:UserTask": (known) => [work(known), rights(known), signing(known)],
  "bpmn:ManualTask": ({ object, to, facts }) => [group("办理", deadline(object, to, facts))],
  "bpmn:BusinessRuleTask": ({ object, to, facts, edit }) => {
    const chosen = facts.decisions.find(({ id }) => id === object.decision);
    return [
      group(
        "判定",
        select("决策表", object.decision, facts.decisions.map(({ id, name }) => [id, name]), (value) => to.own("decision", value), { field: "rongcuo:decision" }),
        chosen ? link(`打开“${chosen.name}”`, `${edit}?file=${encodeURIComponent(chosen.path)}`) : null,
        text("结果写入变量", object.result, (value) => to.own("result", value), { field: "rongcuo:result" }),
      ),
    ];
  },
  "bpmn:EndEvent": ({ object, to, facts }) => {
    const options = new Map(facts.outcomes?.map(({ key, title }) => [key, title]) ?? []);
    const formula = object.outcome?.startsWith("=");
    return [
      group(
        "办理结果",
        select("结果", formula ? "=" : object.outcome, [["none", "这里不产生结果"], ...options, ["=", "按条件式算出"]], (value) => to.own("outcome", value === "=" ? "=determination" : value), { field: "rongcuo:outcome" }),
        formula ? text("条件式", object.outcome, (value) => to.own("outcome", value.startsWith("=") ? value : `=${value}`), { hint: "以=开头的FEEL，值为结果的代码" }) : null,
      ),
    ];
  },
  "bpmn:SequenceFlow": ({ object, to }) => {
    const source = object.sourceRef;
    if (!/Exclusive|Inclusive|Complex/.test(source?.$type ?? "") || source.outgoing.length < 2) return [];
    const isDefault = source.default === object;
    return [
      group(
        "走向",
        isDefault ? note("其他条件都不成立时走这条。") : area("条件（FEEL）", object.conditionExpression?.body, (value) => to.condition(value), { code: true, hint: "例：accepted = true；审批结果为同意写 approval = \"approve\"", field: "conditionExpression" }),
        tick("其他条件都不成立时走这条", isDefault, (value) => to.otherwise(value)),
      ),
    ];
  },
  "bpmn:CallActivity": ({ object, to, facts, edit }) => {
    const chosen = facts.processes.find(({ id }) => id === object.calledElement);
    return [
      group(
        "调用",
        select("流程", object.calledElement, facts.processes.map(({ id, name }) => [id, name]), (value) => to.set({ calledElement: value || undefined }), { field: "calledElement" }),
        chosen ? link(`打开“${chosen.name}”`, `${edit}?file=${encodeURIComponent(chosen.path)}`) : null,
      ),
    ];
  },
  "bpmn:Lane": ({ object, facts, entries }) => {
    const lane = facts.lanes?.[object.id];
    return [
      group(
        "办理机关",
        note(lane ? `${lane.title}：${lane.office}` : "名单里还没有这条泳道的办理机关，泳道里的环节没有人能办理。"),
        link(lane ? "改办理机关" : "去名单里补上", entries("lanes", lane ? object.id : "")),
      ),
    ];
  },
  "bpmn:SendTask": message,
  "bpmn:ReceiveTask": message,
};

const EVENTS = {
  "bpmn:TimerEventDefinition": timer,
  "bpmn:MessageEventDefinition": (known, event) => message(known, event)[0],
  "bpmn:ConditionalEventDefinition": ({ to }, event) =>
    group("条件", area("条件（FEEL）", event.condition?.body, (value) => to.eventCondition(event, value), { code: true })),
};

/** What the pack makes of a process. */
function procedure(id, facts, entries) {
  const title = id && facts.procedures?.[id];
  return [
    group(
      "程序",
      note(title ? `程序“${title}”按这个流程办理。` : "由其他流程调用，不能单独启动。"),
      link(title ? "改程序的编号、启动条件和结果" : "名单里的程序", entries("procedures", title ? id : "")),
    ),
  ];
}

function work({ object, to, facts, edit, entries, element }) {
  const lane = laneOf(object, element);
  const named = lane && facts.lanes?.[lane.id];
  const form = facts.forms.find(({ name }) => name === object.form);
  return group(
    "办理",
    note(lane ? `办理机关：${named ? `${named.title}（${named.office}）` : lane.name || lane.id}，由所在的泳道决定` : "不在任何泳道里，没有人能办理：把它移到泳道里"),
    lane ? link("改办理机关", entries("lanes", lane.id)) : null,
    select("表单", object.form, facts.forms.map(({ name, title }) => [name, title === name ? name : `${title}（${name}）`]), (value) => to.own("form", value), { field: "rongcuo:form" }),
    form ? link("打开表单", `${edit}?file=${encodeURIComponent(form.path)}`) : null,
    deadline(object, to, facts),
  );
}

/** By name: what the pack says of the deadline holds wherever it is named. */
function deadline(object, to, facts) {
  const options = (facts.deadlines ?? []).map(({ key, title, words }) => [key, `${title}（${words}）`]);
  const several = object.deadline?.includes(" ");
  const chosen = facts.deadlines?.find(({ key }) => key === object.deadline);
  if (several) return text("期限", object.deadline, (value) => to.own("deadline", value), { hint: "几个期限的键，用空格隔开：第一个适用的算数" });
  return select("期限", object.deadline, [["none", "这个环节不设期限"], ...options], (value) => to.own("deadline", value), {
    hint: chosen ? `${chosen.words}，依据${chosen.basis}。按名称选，改期限表就全部生效` : "按名称选，改期限表就全部生效",
    field: "rongcuo:deadline",
  });
}

/** Which fields the step writes, reads, or does not see; whether a field must be filled the form says. */
function rights({ object, facts, entries, keep }) {
  const form = facts.forms.find(({ name }) => name === object.form);
  if (!form?.fields.length) return null;
  const { read = [], hidden = [], basis = "", reason = "" } = facts.rights?.[object.id] ?? {};
  const now = new Map(form.fields.map(({ key }) => [key, hidden.includes(key) ? "hidden" : read.includes(key) ? "read" : "write"]));
  const table = document.createElement("table");
  table.className = "panel-table";
  const top = table.createTHead().insertRow();
  for (const words of ["字段", "必填", "可填", "只读", "不显示"]) {
    top.append(Object.assign(document.createElement("th"), { scope: "col", textContent: words }));
  }
  const body = table.createTBody();
  for (const { key, label, required } of form.fields) {
    const line = body.insertRow();
    line.insertCell().textContent = label;
    for (const [state, words] of [[required && "write", "必填"], [!required && "write", "可填"], ["read", "只读"], ["hidden", "不显示"]]) {
      const cell = line.insertCell();
      if (!state) continue;
      const choice = Object.assign(document.createElement("input"), { type: "radio", name: `right-${key}`, checked: now.get(key) === state });
      choice.setAttribute("aria-label", `${label}：${words}`);
      choice.addEventListener("change", () => {
        now.set(key, state);
        written();
      });
      cell.append(choice);
    }
  }
  const why = basis
    ? note(`依据：${basis}`)
    : text("限制的理由", reason, (value) => written(value), { hint: "只读、不显示的，写明依据哪一条，或者为什么这样定", field: "basis" });
  return group("字段权限", table, why, basis ? link("改依据", entries("fields", object.id)) : null);

  function written(why = "") {
    const of = (wanted) => [...now].filter(([, each]) => each === wanted).map(([each]) => each);
    keep(object.id, { read: of("read"), hidden: of("hidden"), reason: why });
  }
}

function signing({ object, facts, entries }) {
  const body = facts.bodies?.[object.id];
  const kind = facts.signing?.[object.id];
  const [page, words] = body ? ["decisions", `集体研究表决：${body}`] : ["together", kind ? (SIGNING[kind] ?? kind) : "单人办理"];
  return group("签批方式", note(words), link("改签批方式", entries(page, body || kind ? object.id : "")));
}

function timer({ to, facts }, event) {
  const [kind, wish] = to.wish(event);
  const named = /^deadline\("([^"]+)"\)$/.exec(wish ?? "")?.[1];
  const options = (facts.deadlines ?? []).map(({ key, title, words }) => [key, `${title}（${words}）`]);
  return group(
    "计时",
    select("到期", named ?? (wish ? "=" : ""), [...options, ["=", "另写时间"]], (value) => to.setWish(event, value === "=" ? "P5D" : value && `deadline("${value}")`), { blank: "（没有选）" }),
    named || !wish ? null : text("时间", wish, (value) => to.setWish(event, value, kind), { hint: "ISO 8601：P5D为5个日历日，R3/P1M为每月一次共三次。法定期限请用上面的期限" }),
  );
}

function message({ object, to, facts, entries }, event) {
  const owner = event ?? object;
  const current = owner.messageRef?.name;
  return [
    group(
      "消息",
      select("消息", current, (facts.messages ?? []).map(({ key, title, to: whom }) => [key, whom ? `${title} → ${whom}` : title]), (value) => to.message(owner, value), { field: "messageRef" }),
      link("改消息带的内容", entries("messages", current ?? "")),
    ),
  ];
}

/** One copy for each entry of a list: who is asked comes from data. */
function many({ object, to }) {
  const { loopCharacteristics: loop } = object;
  if (loop.$type !== "bpmn:MultiInstanceLoopCharacteristics") return null;
  return group(
    loop.isSequential ? "依次办理多份" : "同时办理多份",
    text("名单变量", to.loopRef(loop.loopDataInputRef), (value) => to.loop(loop, "loopDataInputRef", value), { hint: "每一项办理一份" }),
    text("每项叫作", loop.inputDataItem?.name, (value) => to.loopItem(loop, "inputDataItem", value)),
    text("汇总到变量", to.loopRef(loop.loopDataOutputRef), (value) => to.loop(loop, "loopDataOutputRef", value)),
    text("每份的结果", loop.outputDataItem?.name, (value) => to.loopItem(loop, "outputDataItem", value)),
    text("提前结束的条件", loop.completionCondition?.body, (value) => to.loopCondition(loop, value)),
  );
}

/** The innermost lane a node lies in. */
function laneOf(object) {
  return object.lanes?.at(-1) ?? null;
}
