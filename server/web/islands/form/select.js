// One of many, as the browser's own list.
import { Select as Original } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { described, framed, useOptions } from "./frame.js";

export function Select(props) {
  const { field, domId, value, disabled, readonly, onChange, onBlur, onFocus } = props;
  const options = useOptions(field);
  const chosen = options.findIndex((each) => each.value === value);
  const pick = (event) => onChange({ value: options[Number(event.target.value)]?.value ?? null });
  return framed(props,
    h("select", { id: domId, class: "form-select", disabled: disabled || readonly, onChange: pick, onBlur, onFocus, ...described(props) },
      h("option", { value: -1, selected: chosen < 0 }, "请选择"),
      ...options.map((each, index) => h("option", { key: index, value: index, selected: index === chosen }, each.label))));
}
Select.config = Original.config;
