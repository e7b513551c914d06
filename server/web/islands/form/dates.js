// Dates and times, typed the way people write them, with the day of the week beside and the
// browser's calendar behind a button. The browser's own field shows the order of days and months
// of its own language, which need not be Chinese.
import { Datetime as Original } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { read, SHAPES, shown, weekday } from "./dates.read.js";
import { described, framed } from "./frame.js";

export function Datetime(props) {
  const { field, domId, value, disabled, readonly, onChange, onBlur, onFocus } = props;
  const shape = SHAPES[field.subtype] ?? SHAPES.date;
  const [typed, setTyped] = useState(null);
  const picker = useRef(null);
  useEffect(() => setTyped(null), [value]);

  // what cannot be read is handed on as it is: the server says what is wrong with it
  const leave = () => {
    if (typed !== null) {
      const found = typed.trim() ? (read(shape, typed) ?? typed.trim()) : null;
      if (found !== (value ?? null)) onChange({ value: found });
      else setTyped(null);
    }
    onBlur();
  };
  const isOdd = Boolean(value) && read(shape, value) === null;
  const errors = isOdd ? [...(props.errors ?? []), `请按${shape.sample}的样子填写`] : props.errors;
  const control = h("span", { class: "dated" },
    h("input", {
      id: domId, type: "text", class: "form-control", autocomplete: "off", placeholder: shape.sample,
      value: typed ?? shown(value), disabled, readOnly: readonly,
      onInput: (event) => setTyped(event.target.value), onBlur: leave, onFocus,
      onKeyDown: (event) => event.key === "Enter" && leave(),
      ...described({ ...props, errors }),
    }),
    !disabled && !readonly && h("button", { type: "button", class: "btn", onClick: () => picker.current.showPicker() },
      "选择", h("span", { class: "visually-hidden" }, field.dateLabel || field.timeLabel || field.label)),
    h("input", {
      ref: picker, type: shape.picker, tabIndex: -1, "aria-hidden": "true", value: read(shape, value) ?? "",
      onInput: (event) => onChange({ value: event.target.value || null }),
    }),
    h("span", { class: "sub" }, weekday(value)));
  return framed({ ...props, errors }, control, field.dateLabel || field.timeLabel || field.label);
}
Datetime.config = Original.config;
