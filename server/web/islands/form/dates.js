// Dates and times as the browser's own fields, in Chinese, with the day of the week beside.
import { Datetime as Original } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { described, framed } from "./frame.js";

const INPUTS = { date: "date", time: "time", datetime: "datetime-local" };
const WEEKDAYS = "日一二三四五六";

export function Datetime(props) {
  const { field, domId, value, disabled, readonly, onChange, onBlur, onFocus } = props;
  const type = INPUTS[field.subtype] ?? "date";
  const control = h("span", { class: "dated" },
    h("input", {
      id: domId, type, class: "form-control", value: value ?? "", disabled, readOnly: readonly, max: type === "time" ? undefined : limit(type),
      onInput: (event) => onChange({ value: event.target.value || null }), onBlur, onFocus, ...described(props),
    }),
    type !== "time" && h("span", { class: "sub" }, weekday(value)));
  return framed(props, control, field.dateLabel || field.timeLabel || field.label);
}
Datetime.config = Original.config;

/** Keeps the year to four digits while typing. */
function limit(type) {
  return type === "date" ? "9999-12-31" : "9999-12-31T23:59";
}

function weekday(value) {
  const [year, month, day] = String(value ?? "").slice(0, 10).split("-").map(Number);
  return year && month && day ? `周${WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]}` : "";
}
