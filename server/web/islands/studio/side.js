// Two texts side by side, line by line; on a narrow page one under the other. Different is said by a
// sign and a word, and by the ground of the line besides.
import { compared, isDifferent, parts } from "./lines.js";

/** Rows of a page: more are not read here, they are kept as files. */
const MOST = 1500;

/**
 * @param {{title: string, text: string}} left
 * @param {{title: string, text: string}} right
 * @returns {HTMLElement} with the number of differences, and the way from one to the next
 */
export function side(left, right) {
  const titles = [left.title, right.title];
  const found = parts(compared(left.text, right.text));
  const view = element("div", "side");
  const table = element("table", "side-lines");
  const caption = table.createCaption();
  caption.className = "visually-hidden";
  caption.textContent = `${titles.join("和")}，逐行对照`;
  const head = table.createTHead().insertRow();
  for (const title of titles) {
    const th = element("th", "", title);
    th.scope = "col";
    head.append(th);
  }
  const body = table.createTBody();
  const stops = [];
  let left_over = MOST;
  for (const { skipped, rows } of found) {
    if (skipped) note(body, `相同的${skipped}行`);
    rows.slice(0, left_over).forEach((row, at) => {
      const tr = line(body, row, titles);
      if (isDifferent(row) && !(at && isDifferent(rows[at - 1]))) stops.push(tr);
    });
    left_over -= rows.length;
    if (left_over < 0) {
      note(body, "以下不再列出，请下载两份对照");
      break;
    }
  }
  const scroller = element("div", "side-scroller");
  Object.assign(scroller, { tabIndex: 0, role: "region", ariaLabel: caption.textContent });
  scroller.append(table);
  view.append(steps(stops, left_over < 0), scroller);
  return view;
}

/** How many there are, what the signs mean, and on to the next. */
function steps(stops, isCut) {
  const bar = element("div", "side-bar");
  const count = element("p", "", stops.length ? `${isCut ? "至少" : "共"}${stops.length}处不同` : "逐行相同，只是行末不同");
  const legend = element("p", "sub");
  for (const words of ["＋ 只有这一份有", "－ 这一份没有", "≠ 两份不同"]) legend.append(element("span", "nowrap", words), " ");
  bar.append(count, legend);
  if (stops.length < 2) return bar;
  let at = -1;
  for (const [words, step] of [["上一处", -1], ["下一处", 1]]) {
    const button = element("button", "btn", words);
    button.type = "button";
    button.addEventListener("click", () => {
      at = (Math.max(at, step > 0 ? -1 : 0) + step + stops.length) % stops.length;
      stops.forEach((row, n) => row.classList.toggle("is-current", n === at));
      stops[at].scrollIntoView({ block: "center" });
      count.textContent = `第${at + 1}处，${isCut ? "至少" : "共"}${stops.length}处不同`;
    });
    bar.append(button);
  }
  count.setAttribute("role", "status");
  return bar;
}

function line(body, row, titles) {
  const tr = body.insertRow();
  tr.className = isDifferent(row) ? "is-different" : "is-same";
  [row.left, row.right].forEach((here, n) => {
    const cell = tr.insertCell();
    cell.dataset.label = titles[n];
    const [sign, word, look] = said(row, here);
    cell.className = look;
    cell.append(element("span", "side-n", here ? `${here.n}` : ""), element("span", "side-sign", sign));
    if (word) cell.append(element("span", "visually-hidden", word));
    cell.append(element("code", "", here?.text ?? ""));
    cell.querySelector(".side-sign").ariaHidden = "true";
  });
  return tr;
}

function said(row, here) {
  if (row.isChanged) return ["≠", "两份不同：", "is-changed"];
  if (row.left && row.right) return ["", "", ""];
  return here ? ["＋", "只有这一份有：", "is-added"] : ["－", "这一份没有", "is-missing"];
}

function note(body, words) {
  const cell = body.insertRow().insertCell();
  cell.colSpan = 2;
  cell.className = "side-note";
  cell.textContent = `…… ${words} ……`;
}

function element(name, look, words = "") {
  const made = document.createElement(name);
  if (look) made.className = look;
  made.textContent = words;
  return made;
}
