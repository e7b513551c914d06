// Single keys: j and k walk the rows, Enter, o, s and x press what the row marks with data-key.
// g and a letter goes to a page: i inbox, n notices, c cases, m one's own. c claims as s does.
// They are off while somebody types, and for whoever switched them off (data-keys="off").

const ROWS = "[data-row]";
const PLACES = { i: "/inbox", n: "/notices", c: "/cases", m: "/me" };
// how long g waits for its letter
const WAIT = 1500;
let goes = 0;

export function startKeys() {
  document.addEventListener("keydown", onKey);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.body.dataset.keys === "off" || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (act(event.key, event.target)) event.preventDefault();
}

function typing(target) {
  if (target.closest?.("[data-no-keys]")) return true;
  if (target.matches?.("input")) return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target.matches?.("textarea, select, [contenteditable='true'], [role='combobox'], [role='textbox']");
}

function act(key, target) {
  if (Date.now() - goes < WAIT) {
    goes = 0;
    return go(PLACES[key]);
  }
  if (key === "g") {
    goes = Date.now();
    return true;
  }
  if (key === "/") return focus(document.getElementById("search"));
  if (key === "?") return open(document.getElementById("keys"));
  if (key === "j") return move(1);
  if (key === "k") return move(-1);
  const row = current();
  if (!row) return false;
  // Enter on a link or button is that link or button
  if (key === "Enter" && target.closest?.("a, button, summary, input, label")) return false;
  return press(row.querySelector(`[data-key="${CSS.escape(key === "c" ? "s" : key)}"]`));
}

/** Where the page has a way to it: nobody is sent to what he may not open. */
function go(place) {
  const link = place && document.querySelector(`header a[href="${place}"]`);
  link?.click();
  return Boolean(link);
}

function current() {
  return document.querySelector(`${ROWS}.is-current`);
}

function move(by) {
  const rows = [...document.querySelectorAll(ROWS)].filter((row) => row.getClientRects().length);
  if (!rows.length) return false;
  const focused = document.activeElement?.closest?.(ROWS);
  const from = rows.indexOf(focused ?? current());
  const next = from < 0 ? rows[by > 0 ? 0 : rows.length - 1] : rows[from + by];
  if (!next) return true;
  current()?.classList.remove("is-current");
  next.classList.add("is-current");
  const target = next.querySelector('[data-key="Enter"]') ?? next.querySelector("a, button");
  (target ?? next).focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function press(element) {
  element?.click();
  return Boolean(element);
}

function focus(element) {
  element?.focus();
  return Boolean(element);
}

function open(dialog) {
  dialog?.showModal();
  return Boolean(dialog);
}
