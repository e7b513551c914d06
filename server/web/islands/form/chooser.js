// A person, unit or case, found by typing a part of the name: a combobox over the server's list.
// The answer is the id, and what stands in the field is the name; of a case the answer is its
// reference, which may be typed whole as well. Whether it may be named is for the server to say.
import { Textfield } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { described, framed } from "./frame.js";

const SOURCES = { person: "/people.json", unit: "/units.json", case: "/cases.json" };
const ASKED = {
  person: "输入姓名，至少两个字",
  unit: "输入单位名称，至少两个字",
  case: "输入事项编号或者其中的文字，至少两个字",
};
const WAIT = 200;
/** The server names nobody for a single letter. */
const LEAST = 2;

export function Chooser(props) {
  const { field, domId, value, kind, disabled, readonly, onChange, onBlur, onFocus } = props;
  const [typed, setTyped] = useState(null);
  const [name, setName] = useState("");
  const [found, setFound] = useState({ items: [], of: null });
  const [active, setActive] = useState(-1);
  const timer = useRef(0);
  const isOpen = typed !== null && found.of === typed;

  // the name of an id that was answered before
  useEffect(() => {
    if (!value || name || typed !== null) return undefined;
    const asked = new AbortController();
    look(SOURCES[kind], { id: value }, asked.signal).then((items) => setName(items[0]?.label ?? value));
    return () => asked.abort();
  }, [value]);

  // what fits what was typed
  useEffect(() => {
    if (typed === null || typed.trim().length < LEAST) return undefined;
    const asked = new AbortController();
    timer.current = setTimeout(() => {
      look(SOURCES[kind], { q: typed.trim() }, asked.signal).then((items) => {
        setFound({ items, of: typed });
        setActive(items.length ? 0 : -1);
      });
    }, WAIT);
    return () => {
      clearTimeout(timer.current);
      asked.abort();
    };
  }, [typed]);

  const pick = (item) => {
    setName(item.label);
    setTyped(null);
    onChange({ value: item.id });
  };
  const onInput = (event) => {
    setTyped(event.target.value);
    setName("");
    if (kind === "case") onChange({ value: event.target.value });
    else if (value) onChange({ value: "" });
  };
  const onKeyDown = (event) => {
    if (event.key === "Escape" && typed !== null) setTyped(null);
    else if (isOpen && event.key === "ArrowDown") setActive(Math.min(active + 1, found.items.length - 1));
    else if (isOpen && event.key === "ArrowUp") setActive(Math.max(active - 1, 0));
    else if (event.key === "Enter") {
      if (isOpen && found.items[active]) pick(found.items[active]);
    } else return;
    event.preventDefault();
  };
  const control = h("div", { class: "chooser" },
    h("input", {
      id: domId, class: "form-control", type: "text", role: "combobox", autocomplete: "off",
      "aria-expanded": isOpen ? "true" : "false", "aria-controls": `${domId}-list`, "aria-autocomplete": "list",
      "aria-activedescendant": isOpen && active >= 0 ? `${domId}-${active}` : undefined,
      placeholder: ASKED[kind],
      value: typed ?? name, disabled, readOnly: readonly, onInput, onKeyDown, onFocus,
      onBlur: () => {
        if (kind === "case" && typed !== null) setName(typed);
        setTyped(null);
        onBlur();
      },
      ...described(props),
    }),
    h("ul", { id: `${domId}-list`, role: "listbox", "aria-label": field.label, hidden: !isOpen },
      ...found.items.map((item, index) =>
        h("li", {
          key: item.id, id: `${domId}-${index}`, role: "option", "aria-selected": index === active ? "true" : "false",
          onMouseDown: (event) => {
            event.preventDefault();
            pick(item);
          },
        }, item.label, item.detail && h("small", null, item.detail)))),
    isOpen && !found.items.length && h("p", { class: "hint", role: "status" }, "没有找到，请换一个字再试"));
  return framed(props, control);
}
Chooser.config = Textfield.config;

async function look(address, query, signal) {
  try {
    const answer = await fetch(`${address}?${new URLSearchParams(query)}`, { headers: { Accept: "application/json" }, signal });
    return answer.ok ? (await answer.json()).items : [];
  } catch {
    return [];
  }
}
