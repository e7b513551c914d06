// What can be done at a moment besides going on: a form filled in, a message, a clock changed.
import { createForm } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { useState } from "preact/hooks";
import { components } from "../form/components.js";
import { lowered } from "../form/headings.js";
import { named, roleWords } from "./words.js";

/** Fill in the form of a task, or of the start (no task), in a dialog over the page. */
export function openForm(state, task) {
  const dialog = document.createElement("dialog");
  dialog.className = "acting";
  dialog.setAttribute("aria-labelledby", "acting-title");
  const plain = document.createElement("form");
  plain.method = "dialog";
  plain.noValidate = true;
  const head = make("h2", { id: "acting-title", textContent: task ? task.title : "提出" });
  const place = make("div", { className: "drawn" });
  const wrong = make("div", { className: "acting-wrong" });
  wrong.setAttribute("role", "alert");
  const who = chooser("由谁办理", players(state, task));
  const filled = chooser("填入示例", examples(state, task).map(({ title }, nth) => [String(nth), title]), "自己填写");
  const submit = make("button", { type: "submit", className: "btn btn-primary", textContent: task ? "办理" : "提出" });
  const cancel = make("button", { type: "button", className: "btn", textContent: "取消" });
  const acts = make("div", { className: "acts verbs" });
  acts.append(submit, cancel);
  plain.append(head, who.row, filled.row, wrong, place, acts);
  dialog.append(plain);
  document.body.append(dialog);
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  who.select.addEventListener("change", () => draw());
  filled.select.addEventListener("change", () => fill());
  plain.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  dialog.showModal();
  let form = null;
  let given = { schema: null, data: {}, locked: [] };
  draw();

  async function draw(answers = null) {
    wrong.textContent = "";
    place.setAttribute("aria-busy", "true");
    try {
      given = await state.form(task ? { do: task.element, as: who.select.value, ...named(task) } : null);
    } catch (error) {
      given = { schema: null, data: {}, locked: [] };
      wrong.textContent = `不能打开表单：${error.detail ?? "没有连上服务器"}`;
    }
    form?.destroy();
    place.replaceChildren();
    form = null;
    if (given.schema) {
      const data = { ...given.data, ...(answers ?? {}) };
      form = await createForm({ container: place, schema: lowered(given.schema), data, additionalModules: [components(plain)] });
      form.on("submit", (event) => event.preventDefault?.());
    } else if (!wrong.textContent) place.append(make("p", { className: "second", textContent: "这一步没有表单，直接办理。" }));
    place.removeAttribute("aria-busy");
    dialog.dataset.drawn = "true";
  }

  async function fill() {
    const example = examples(state, task)[Number(filled.select.value)];
    if (filled.select.value !== "" && example) await draw(example.with);
  }

  async function send() {
    submit.disabled = true;
    const answers = form ? answered(form._getSubmitData(), given) : {};
    const step = task
      ? { do: task.element, as: who.select.value, ...named(task), ...(Object.keys(answers).length ? { with: answers } : {}) }
      : { as: who.select.value, with: answers };
    // what is wrong with it is for the engine to say: that it refuses may be just what is rehearsed
    const isDone = await state.act(step, !task);
    submit.disabled = false;
    if (isDone) {
      dialog.close();
      return;
    }
    tell();
  }

  function tell() {
    const { refused, wrong: other } = state;
    wrong.replaceChildren();
    if (!refused) {
      wrong.textContent = other;
      return;
    }
    const { stopped } = refused;
    const list = make("ul");
    for (const each of stopped.problems) list.append(make("li", { textContent: each.message }));
    const keep = make("button", { type: "button", className: "btn", textContent: "记为“应被拒绝”" });
    keep.addEventListener("click", async () => {
      await state.accept();
      dialog.close();
    });
    wrong.append(make("p", { textContent: `被拒绝：${stopped.why || stopped.message}` }), list);
    if (["invalid", "forbidden", "not_found", "conflict"].includes(stopped.refused)) wrong.append(keep);
    wrong.scrollIntoView({ block: "nearest" });
  }
}

/** Only what was answered, in the order of the form: nothing empty, nothing that was only shown. */
function answered(values, { locked, schema }) {
  const order = keys(schema.components);
  const entries = Object.entries(pruned(values)).filter(([key]) => !locked.includes(key));
  return Object.fromEntries(entries.sort(([one], [other]) => order.indexOf(one) - order.indexOf(other)));
}

function keys(components) {
  return (components ?? []).flatMap((each) => (each.components ? [each.path ?? each.key, ...keys(each.components)] : [each.key]));
}

function pruned(value) {
  if (Array.isArray(value)) return value.map(pruned);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null && each !== undefined && each !== "" && !(Array.isArray(each) && !each.length));
  return Object.fromEntries(kept.map(([key, each]) => [key, pruned(each)]));
}

function players(state, task) {
  const { stage, document: played } = state;
  if (!task) {
    const by = stage.procedures.find((each) => each.key === played.procedure).by;
    return [...by.map((each) => [each.as, each.title]), ...(by.some((each) => each.as === played.start.as) ? [] : [[played.start.as, roleWords(played.start.as, stage)]])];
  }
  const own = task.players.map((each) => [each.as, `${each.title}　${each.name}`]);
  const others = Object.entries(stage.roles).filter(([key]) => key !== task.office).map(([key, title]) => [key, `其他角色：${title}`]);
  return [...(own.length ? own : [[task.office, task.office_title]]), ...others];
}

/** What scenarios of the pack answer here, each once. */
function examples(state, task) {
  const found = [];
  for (const { title, document: said } of state.stage.scenarios) {
    if (!said) continue;
    const steps = task ? (said.steps ?? []).filter((step) => step.do === task.element) : said.procedure === state.document.procedure ? [said.start] : [];
    for (const step of steps) {
      if (step.refused || !step.with || found.some((each) => JSON.stringify(each.with) === JSON.stringify(step.with))) continue;
      found.push({ title, with: step.with });
    }
  }
  return found.slice(0, 30);
}

let counter = 0;

function chooser(words, options, blank = "") {
  counter += 1;
  const row = make("p", { className: "acting-row" });
  const label = make("label", { textContent: words, htmlFor: `acting-${counter}` });
  const select = make("select", { id: `acting-${counter}`, className: "form-select" });
  if (blank) select.append(new Option(blank, ""));
  for (const [value, text] of options) select.append(new Option(text, value));
  row.append(label, select);
  row.hidden = Boolean(blank) && !options.length;
  return { row, select };
}

function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

/** A message that arrives, with what it carries. */
export function Delivery({ state, waiting }) {
  const [values, setValues] = useState({});
  const send = (event) => {
    event.preventDefault();
    const carried = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "").map(([key, value]) => [key, read(value)]));
    state.act({ deliver: { message: waiting.message, ...(Object.keys(carried).length ? { with: carried } : {}) } });
  };
  return h("form", { onSubmit: send },
    h("p", null, h("strong", null, waiting.title), h("span", { class: "sub" }, ` ${waiting.label}`)),
    ...waiting.carries.map((key) => h("p", { class: "acting-row", key },
      h("label", { for: `carried-${key}` }, key),
      h("input", { id: `carried-${key}`, class: "form-control", value: values[key] ?? "", onInput: (event) => setValues({ ...values, [key]: event.target.value }) }))),
    h("button", { type: "submit", class: "btn", disabled: state.isBusy }, "收到"));
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Stop, restart or extend one clock. */
export function ClockAct({ state, clock }) {
  const rule = state.stage.deadlines[clock.key];
  const [verb, setVerb] = useState("");
  const [by, setBy] = useState(state.scene.case.open[0]?.office ?? Object.keys(state.stage.roles)[0]);
  const [reason, setReason] = useState("");
  const [n, setN] = useState(1);
  const verbs = clock.state === "stopped" ? [["restart", "恢复"]] : [...(Object.keys(rule?.reasons ?? {}).length ? [["stop", "中止"]] : []), ["extend", "延长"]];
  const send = async (event) => {
    event.preventDefault();
    const said = { deadline: clock.key, ...(reason ? { reason } : {}), ...(verb === "extend" ? { n: Number(n) } : {}) };
    if (await state.act({ [verb]: said, as: by })) setVerb("");
  };
  const id = `clock-${clock.key}`;
  return h("div", null,
    h("div", { class: "acts" }, ...verbs.map(([key, words]) => h("button", { type: "button", class: "btn btn-link", key, "aria-expanded": String(verb === key), onClick: () => setVerb(verb === key ? "" : key) }, words))),
    verb && h("form", { onSubmit: send, class: "clock-act" },
      h("p", { class: "acting-row" }, h("label", { for: `${id}-by` }, "由谁"), h("select", { id: `${id}-by`, class: "form-select", value: by, onChange: (event) => setBy(event.target.value) },
        ...Object.entries(state.stage.roles).flatMap(([key, title]) => [h("option", { value: key, key }, title), h("option", { value: `${key}.head`, key: `${key}.head` }, `${title}负责人`)]))),
      verb === "stop"
        ? h("p", { class: "acting-row" }, h("label", { for: `${id}-why` }, "事由"), h("select", { id: `${id}-why`, class: "form-select", value: reason, onChange: (event) => setReason(event.target.value) },
            h("option", { value: "" }, "请选择"), ...Object.entries(rule.reasons).map(([key, title]) => h("option", { value: key, key }, title))))
        : h("p", { class: "acting-row" }, h("label", { for: `${id}-why` }, "理由"), h("input", { id: `${id}-why`, class: "form-control", value: reason, onInput: (event) => setReason(event.target.value) })),
      verb === "extend" && h("p", { class: "acting-row" }, h("label", { for: `${id}-n` }, "延长多少"), h("input", { id: `${id}-n`, type: "number", min: 1, class: "form-control", value: n, onInput: (event) => setN(event.target.value) })),
      h("button", { type: "submit", class: "btn", disabled: state.isBusy }, "确定")));
}
