// One list of what is wrong in the file: found by the server while one works, and by the browser.
//
//   const list = problems({ check, path, getContent, panel, select, mark, address });
//   editor.on("changed", list.changed);
//
// check: the address asked (data-check); path: the file that is open; panel: the element the list
// stands in; select(problem): shows its element in the editor, F8 goes from one to the next;
// mark(problems): draws those of this file; label(problem): what people call its element;
// address(file): the page of another file, or nothing.
// list.own(problems) puts in what the browser itself found, list.check() asks at once. The panel
// dispatches "checked" with {errors, warnings, problems}.
import { announce } from "../parts.js";
import { post, read } from "./wire.js";

/** After the last change. */
const WAIT = 800;
const RETRY = 8000;

export const SEVERITIES = {
  error: { sign: "▲", word: "错误" },
  warning: { sign: "◆", word: "警告" },
  info: { sign: "○", word: "提示" },
};
const ORDER = Object.keys(SEVERITIES);

export function problems({ check, path, getContent, panel, select, mark = () => {}, label = () => "", address = () => null }) {
  let timer = 0;
  let asked = null;
  let found = [];
  let ours = [];
  let shown = [];
  let at = -1;
  let isTold = "";
  const ends = new AbortController();

  document.addEventListener("keydown", onKey, { signal: ends.signal });
  return { changed, check: ask, own, next, stop, all: () => shown };

  function changed() {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
    panel.dataset.state = "old";
  }

  async function ask() {
    clearTimeout(timer);
    asked?.abort();
    const mine = (asked = new AbortController());
    panel.dataset.state = "checking";
    try {
      const content = await getContent();
      const answer = await post(check, { path, content }, { signal: mine.signal });
      found = (await read(answer)).problems;
      if (mine === asked) draw("checked");
    } catch (error) {
      if (mine !== asked || error.name === "AbortError") return;
      draw("failed", error.status === 401 ? "登录已经过期，没有检查" : (error.status && error.detail) || "没有连上服务器，没有检查");
      timer = setTimeout(ask, RETRY);
    }
  }

  /** What the browser found stands in the same list. */
  function own(list) {
    ours = list;
    draw(panel.dataset.state);
  }

  function draw(state, trouble = "") {
    panel.dataset.state = state;
    const current = shown[at];
    shown = [...found, ...ours].sort((one, other) => rank(one) - rank(other));
    at = shown.findIndex((each) => current && same(each, current));
    panel.replaceChildren(head(trouble), ...(shown.length ? [table()] : []));
    mark(shown.filter(isHere));
    const count = (severity) => shown.filter((each) => each.severity === severity).length;
    panel.dispatchEvent(
      new CustomEvent("checked", {
        bubbles: true,
        detail: { errors: count("error"), warnings: count("warning"), problems: shown },
      }),
    );
  }

  /** Errors first, and what lies in this file before the rest. */
  function rank(problem) {
    return 2 * ORDER.indexOf(problem.severity) + (isHere(problem) ? 0 : 1);
  }

  function isHere({ file }) {
    return !file || file === path || path.endsWith(`/${file}`);
  }

  function head(trouble) {
    const line = document.createElement("div");
    line.className = "problems-head";
    const title = document.createElement("h2");
    title.textContent = "问题";
    const counts = document.createElement("p");
    const texts = ORDER.map((severity) => [severity, shown.filter((each) => each.severity === severity).length])
      .filter(([, count]) => count)
      .map(([severity, count]) => sign(severity, `${count}个${SEVERITIES[severity].word}`));
    if (trouble) counts.append(trouble);
    else if (texts.length) counts.append(...texts);
    else counts.append(badge("✓", "没有问题", "done"));
    const said = counts.textContent;
    if (said !== isTold) announce((isTold = said));
    const hint = document.createElement("span");
    hint.className = "sub";
    if (shown.length) hint.append(Object.assign(document.createElement("kbd"), { textContent: "F8" }), " 下一个问题");
    line.append(title, counts, hint);
    return line;
  }

  function table() {
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    const made = document.createElement("table");
    made.className = "list";
    const top = made.createTHead().insertRow();
    for (const words of ["代码", "位置", "问题", "怎么改"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = words;
      top.append(cell);
    }
    const body = made.createTBody();
    shown.forEach((problem, number) => row(body.insertRow(), problem, number));
    scroll.append(made);
    return scroll;
  }

  function row(line, problem, number) {
    line.classList.toggle("is-current", number === at);
    line.insertCell().append(sign(problem.severity, problem.code, SEVERITIES[problem.severity].word));
    line.insertCell().append(place(problem, number));
    line.insertCell().append(problem.message);
    line.insertCell().append(problem.fix ?? "");
  }

  function place(problem, number) {
    if (isHere(problem)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-link";
      button.textContent = problem.label || label(problem) || problem.element || problem.field || "本文件";
      button.addEventListener("click", () => go(number));
      return button;
    }
    const link = document.createElement("a");
    link.textContent = problem.file.split("/").at(-1);
    const target = address(problem.file, problem);
    if (target) link.href = target;
    return link;
  }

  function next(by = 1) {
    const here = shown.map((each, number) => (isHere(each) ? number : -1)).filter((number) => number >= 0);
    if (!here.length) return;
    const from = here.indexOf(at);
    go(here[from < 0 ? (by > 0 ? 0 : here.length - 1) : (from + by + here.length) % here.length]);
  }

  function go(number) {
    at = number;
    panel.querySelectorAll("tbody tr").forEach((line, row) => line.classList.toggle("is-current", row === at));
    panel.querySelectorAll("tbody tr")[at]?.scrollIntoView({ block: "nearest" });
    const problem = shown[at];
    announce(`${SEVERITIES[problem.severity].word}：${problem.message}${problem.fix ? `。${problem.fix}` : ""}`);
    select(problem);
  }

  function onKey(event) {
    if (event.key !== "F8") return;
    event.preventDefault();
    next(event.shiftKey ? -1 : 1);
  }

  function stop() {
    clearTimeout(timer);
    asked?.abort();
    ends.abort();
  }
}

function same(one, other) {
  return ["code", "file", "element", "field", "message"].every((key) => one[key] === other[key]);
}

/** A sign and a word, never a colour alone. */
function sign(severity, text, hidden = "") {
  const made = badge(SEVERITIES[severity].sign, text, severity);
  if (hidden) made.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: `（${hidden}）` }));
  return made;
}

function badge(mark, text, look) {
  const made = document.createElement("span");
  made.className = `severity severity-${look}`;
  const shape = document.createElement("span");
  shape.setAttribute("aria-hidden", "true");
  shape.textContent = mark;
  made.append(shape, ` ${text}`);
  return made;
}
