// Trying a decision out: inputs typed by hand, the server's answer, and the rows that gave it.
import { announce } from "../parts.js";
import { post, read } from "../studio/wire.js";
import { inputsOf, valueOf } from "./inputs.js";
import { paint } from "./marks.js";
import { nameOf } from "./names.js";

const DATES = ["date", "time", "dateTime"];
const SAMPLES = { date: "2026-02-26", time: "08:30:00", dateTime: "2026-02-26T08:30:00", number: "5" };

export function startTrying(island, modeler, { path, getContent }) {
  const form = document.getElementById("trying");
  if (!form) return;
  const fields = form.querySelector("[data-fields]");
  const result = form.querySelector("[data-result]");
  const typed = {};
  let inputs = [];
  let drawn = "";

  island.addEventListener("viewed", draw);
  island.addEventListener("changed", draw);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  draw();

  function draw() {
    const { element } = modeler.getActiveView() ?? {};
    const isDecision = element?.$type === "dmn:Decision";
    form.hidden = !isDecision;
    if (!isDecision) return;
    inputs = inputsOf(element);
    // typing in the table must not take the focus or the values of this form
    const now = JSON.stringify([element.id, inputs]);
    if (now === drawn) return;
    drawn = now;
    fields.replaceChildren(...inputs.map(field));
    say("");
    paint("hit", []);
  }

  function field(input) {
    const wrapper = document.createElement("div");
    wrapper.className = "field";
    const label = document.createElement("label");
    label.htmlFor = `try-${input.name}`;
    label.textContent = input.label || input.name;
    if (input.label) label.append(Object.assign(document.createElement("span"), { className: "sub", textContent: ` ${input.name}` }));
    const control = input.values.length || input.type === "boolean" ? chooser(input) : text(input);
    control.id = label.htmlFor;
    control.value = typed[input.name] ?? "";
    control.addEventListener("input", () => (typed[input.name] = control.value));
    wrapper.append(label, control);
    return wrapper;
  }

  async function ask() {
    const { element } = modeler.getActiveView();
    form.setAttribute("aria-busy", "true");
    try {
      const given = Object.fromEntries(inputs.map((input) => [input.name, valueOf(input, typed[input.name] ?? "")]));
      const types = Object.fromEntries(inputs.filter(({ type }) => DATES.includes(type)).map(({ name, type }) => [name, type]));
      const content = await getContent();
      const answer = await read(await post(island.dataset.try, { path, content, decision: element.id, inputs: given, types }));
      const hits = answer.hits[element.id] ?? [];
      paint("hit", Object.values(answer.hits).flat().map((id) => [id]));
      show(answer, hits, element.decisionLogic);
    } catch (error) {
      paint("hit", []);
      say(error.status === 401 ? "登录已经过期，请在新窗口登录后再试" : error.detail || error.message || "没有连上服务器", true);
    }
    form.removeAttribute("aria-busy");
  }

  function show({ value, warnings }, hits, logic) {
    const rules = logic?.rule ?? [];
    const rows = hits.map((id) => rules.findIndex((rule) => rule.id === id) + 1).filter(Boolean);
    const told = [];
    if (logic?.$type === "dmn:DecisionTable") {
      told.push(line(rows.length ? `命中：${rows.map((row) => `第${row}行`).join("、")}` : "没有一行符合", "verdict"));
    }
    told.push(...conclusions(value, logic));
    const doubtful = new Set(warnings.map((warning) => nameOf(modeler.getDefinitions(), warning.split(":")[0]) || "有一处"));
    for (const place of doubtful) told.push(line(`◆ ${place}算不出来，按空值处理`, "amber"));
    result.replaceChildren(...told);
    announce(result.textContent);
  }

  function say(words, isWrong = false) {
    result.replaceChildren(...(words ? [line(words, isWrong ? "red" : "")] : []));
    if (words) announce(words);
  }
}

function conclusions(value, logic) {
  const outputs = logic?.output ?? [];
  const named = (key) => outputs.find((output) => output.name === key)?.label;
  if (value && typeof value === "object" && !Array.isArray(value)) {
    const list = document.createElement("dl");
    list.className = "facts";
    for (const [key, inner] of Object.entries(value)) {
      const pair = document.createElement("div");
      const term = Object.assign(document.createElement("dt"), { textContent: named(key) ?? key });
      const given = Object.assign(document.createElement("dd"), { textContent: written(inner) });
      pair.append(term, given);
      list.append(pair);
    }
    return [list];
  }
  const label = outputs.length === 1 ? outputs[0].label : "";
  return [line(`${label || "结论"}：${written(value)}`)];
}

function written(value) {
  if (value === null || value === undefined) return "（空）";
  if (value === true) return "是";
  if (value === false) return "否";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function line(words, look = "") {
  return Object.assign(document.createElement("p"), { className: look, textContent: words });
}

function chooser({ type, values }) {
  const made = document.createElement("select");
  made.className = "form-select";
  const options = type === "boolean" ? [["true", "是"], ["false", "否"]] : values.map((each) => [each, each]);
  for (const [value, words] of [["", "（空）"], ...options]) made.append(new Option(words, value));
  return made;
}

function text({ type }) {
  const made = document.createElement("input");
  made.type = "text";
  made.className = "form-control";
  made.autocomplete = "off";
  made.placeholder = SAMPLES[type] ?? "";
  return made;
}
