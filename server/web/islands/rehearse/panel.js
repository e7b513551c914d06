// The session beside the drawing: scenario, clock, open tasks, what was refused, how to keep it.
import { h } from "preact";
import { useState } from "preact/hooks";
import { ClockAct, Delivery, openForm } from "./acts.js";
import { Keeping } from "./keeping.js";
import { CaseMore, TaskMore } from "./rarer.js";
import { moment, roleWords, stepWords } from "./words.js";

export function Panel({ state }) {
  const { stage, scene, at } = state;
  const shown = scene?.case;
  return h("div", { class: "session", "aria-busy": String(state.isBusy) },
    h("h2", null, "演练"),
    h(Choice, { state }),
    h(Steering, { state }),
    state.wrong && h("p", { class: "notice notice-red", role: "alert" }, state.wrong),
    state.refused && h(Refusal, { state }),
    scene?.troubles.length > 0 && h(Troubles, { troubles: scene.troubles }),
    at > 0 && h(Clock, { state }),
    at === 0
      ? h("section", null,
          h("h3", null, "开始"),
          h("p", { class: "second" }, `${roleWords(state.document.start.as, stage)}提出，时间是${moment(state.document.now)}`),
          h("button", { type: "button", class: "btn btn-primary", disabled: state.isBusy, onClick: () => openForm(state, null) }, "填写并提出"))
      : shown && [
          h(Case, { shown }),
          h(Tasks, { state, tasks: shown.open }),
          h(Waiting, { state, waiting: shown.waiting }),
          h(Deadlines, { state, shown }),
          h(Seen, { shown, stage }),
          h(CaseMore, { state, shown, key: `more${at}` }),
        ],
    at > 0 && h(Keeping, { state }));
}

function Choice({ state }) {
  const { stage, coverage } = state;
  const sign = (file) => {
    const result = coverage.results[file];
    return result ? (result.troubles.length ? "✗ " : "✓ ") : "";
  };
  const pick = (event) => {
    const [kind, key] = event.target.value.split(/:(.*)/s);
    if (kind === "new") state.fresh(key);
    else if (kind === "file") state.load(key);
  };
  const value = state.file ? `file:${state.file}` : `new:${state.document.procedure}`;
  return h("p", { class: "session-choice" },
    h("label", { for: "scenario" }, "场景"),
    h("select", { id: "scenario", class: "form-select", value, onChange: pick, disabled: state.isBusy },
      h("optgroup", { label: "从头演练" },
        ...stage.procedures.map((each) => h("option", { value: `new:${each.key}`, key: each.key }, `新的演练：${each.title}`))),
      h("optgroup", { label: "已有的场景" },
        ...stage.scenarios.map((each) => h("option", { value: `file:${each.file}`, key: each.file, disabled: !each.document }, sign(each.file) + each.title)))));
}

function Steering({ state }) {
  const total = 1 + state.document.steps.length;
  const { at, isBusy } = state;
  const next = at < total ? (at === 0 ? "开始" : stepWords(state.document.steps[at - 1], state.stage)) : "";
  const button = (words, upto, off, title) =>
    h("button", { type: "button", class: "btn", disabled: isBusy || off, title, onClick: () => state.goTo(upto) }, words);
  return h("div", null,
    h("p", { class: "session-step" }, h("strong", null, `第${at}步`), `／共${total}步`, next && h("span", { class: "sub" }, `　下一步：${next}`)),
    h("div", { class: "acts session-steer" },
      button("从头", 0, at === 0),
      button("退一步", at - 1, at === 0),
      button("下一步", at + 1, at >= total || (at === 0 && !state.file && !state.isChanged)),
      button("走完", total, at >= total || (at === 0 && !state.file && !state.isChanged))));
}

function Refusal({ state }) {
  const { stopped, step } = state.refused;
  return h("section", { class: "refusal", role: "alert", "data-refused": stopped.refused },
    h("p", null, h("strong", null, step ? "这一步被拒绝：" : "演练到此不能继续："), step ? stopped.why || stopped.message : stopped.message),
    stopped.problems.length > 0 && h("ul", null, ...stopped.problems.map((each) => h("li", null, each.message))),
    step && stopped.refused && ["invalid", "forbidden", "not_found", "conflict"].includes(stopped.refused) &&
      h("button", { type: "button", class: "btn", disabled: state.isBusy, onClick: () => state.accept() }, "记为“应被拒绝”"),
    h("button", { type: "button", class: "btn btn-link", onClick: () => state.change({ refused: null }) }, "知道了"));
}

function Troubles({ troubles }) {
  return h("section", { class: "refusal is-wrong" },
    h("p", null, h("strong", null, "与场景所写不符：")),
    h("ul", null, ...troubles.map((each) => h("li", null, `${each.step === null ? "结束时" : each.step === 0 ? "开始时" : `第${each.step}步`}：${each.message}`))));
}

function Clock({ state }) {
  const { clock } = state.scene;
  const [to, setTo] = useState("");
  const move = (moment) => state.act({ until: moment });
  const NAMES = { day: "＋1个工作日", timer: "到下一提醒", due: "过下一期限" };
  const isOver = state.scene.case && state.scene.case.status !== "open";
  return h("section", { class: "session-clock" },
    h("h3", null, "演练时钟"),
    h("p", null, h("strong", { class: "num", id: "clock" }, clock.words)),
    h("div", { class: "acts" },
      ...Object.entries(NAMES).filter(([key]) => clock.moves[key]).map(([key, words]) =>
        h("button", { type: "button", class: "btn", key, disabled: state.isBusy, "data-move": key, title: clock.moves[key].words, onClick: () => move(clock.moves[key].to) }, words))),
    !isOver && h("details", null,
      h("summary", null, "走到某一时刻"),
      h("form", { onSubmit: (event) => {
        event.preventDefault();
        if (to) move(`${to}+08:00`);
      } },
      h("label", { for: "moment" }, "时刻"), " ",
      h("input", { id: "moment", type: "datetime-local", class: "form-control", value: to, min: clock.now.slice(0, 16), onInput: (event) => setTo(event.target.value) }),
      h("button", { type: "submit", class: "btn", disabled: state.isBusy }, "走到"))));
}

function Case({ shown }) {
  return h("p", { class: "session-case" },
    h("strong", null, shown.reference), " ", shown.state, shown.outcome && `：${shown.outcome}`, shown.why && h("span", { class: "sub" }, ` ${shown.why}`));
}

function Tasks({ state, tasks }) {
  return h("section", null,
    h("h3", null, `待办${tasks.length}项`),
    tasks.length === 0 && h("p", { class: "second" }, "没有待办。"),
    h("ul", { class: "session-tasks" }, ...tasks.map((task, nth) => h(Task, { state, task, key: `${task.element}${nth}` }))));
}

function Task({ state, task }) {
  const first = task.players[0];
  return h("li", { "data-element": task.element },
    h("p", null,
      h("strong", null, task.title), task.item_words && `（${task.item_words}）`,
      h("span", { class: "sub" }, ` ${task.office_title}${task.holder ? ` ${task.holder}已签收` : first ? ` ${first.name}` : ""}`)),
    task.deadline && h("p", { class: `session-due is-${task.deadline.state}` },
      `${task.deadline.title}：${task.deadline.due_on ? `${task.deadline.due_on}到期` : task.deadline.provisional_on ? `期限待定，暂计${task.deadline.provisional_on}` : "期限待定"}，${task.deadline.left}`,
      h("details", null, h("summary", null, "怎么算的"), h("p", { class: "sub" }, task.deadline.line, h("br"), task.deadline.basis.cited))),
    h("div", { class: "acts" },
      h("button", { type: "button", class: "btn btn-primary", disabled: state.isBusy, "aria-label": `办理${task.title}${task.item_words ? `（${task.item_words}）` : ""}`, onClick: () => openForm(state, task) }, "办理")),
    h(TaskMore, { state, task }));
}

function Waiting({ state, waiting }) {
  if (!waiting.length) return null;
  return h("section", null,
    h("h3", null, "等待"),
    h("ul", { class: "session-tasks" }, ...waiting.map((each) =>
      h("li", { key: each.element + each.kind },
        each.kind === "timer" ? h("p", null, each.label, h("span", { class: "sub" }, ` ${each.at || "期限没有开始"}`)) : h(Delivery, { state, waiting: each })))));
}

function Deadlines({ state, shown }) {
  const open = shown.deadlines.filter((each) => ["running", "stopped", "overdue", "undetermined"].includes(each.state));
  if (!shown.deadlines.length) return null;
  return h("details", { class: "session-more" },
    h("summary", null, `期限${shown.deadlines.length}项，在计${open.length}项`),
    h("ul", null, ...shown.deadlines.map((each, nth) =>
      h("li", { key: nth }, `${each.title}：${each.due_on ?? "待定"}，${each.left}`,
        open.includes(each) && h(ClockAct, { state, clock: each })))));
}

function Seen({ shown, stage }) {
  const told = [...shown.messages.map((each) => `发出“${each.title}”`), ...shown.opened.map((key) => `启动“${key}”`)];
  const variables = Object.entries(shown.variables).filter(([, value]) => value !== null && value !== "");
  return h("details", { class: "session-more" },
    h("summary", null, "流程看到的内容"),
    told.length > 0 && h("ul", null, ...told.map((words, nth) => h("li", { key: nth }, words))),
    shown.notices.length > 0 && h("p", null, `已提醒${shown.notices.length}次：${[...new Set(shown.notices)].map((each) => roleWords(each, stage)).join("、")}`),
    h("dl", { class: "session-facts" }, ...variables.flatMap(([key, value]) => [h("dt", { key }, key), h("dd", { key: `${key}-` }, typeof value === "object" ? JSON.stringify(value) : String(value))])));
}
