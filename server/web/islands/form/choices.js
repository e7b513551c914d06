// One or several of a few, side by side, as a group with a name.
import { Checklist as OriginalChecklist, Radio as OriginalRadio } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { grouped, useOptions } from "./frame.js";

export function Radio(props) {
  const { value, onChange } = props;
  return choices(props, "radio", (each) => each === value, (each) => onChange({ value: each }));
}
Radio.config = OriginalRadio.config;

export function Checklist(props) {
  const { onChange } = props;
  const values = Array.isArray(props.value) ? props.value : [];
  const toggle = (each, isOn) => onChange({ value: isOn ? [...values, each] : values.filter((other) => other !== each) });
  return choices(props, "checkbox", (each) => values.includes(each), toggle);
}
Checklist.config = OriginalChecklist.config;

function choices(props, type, isChosen, choose) {
  const { field, domId, disabled, readonly, onFocus } = props;
  const options = useOptions(field);
  // the group is left, not one of its entries
  const onBlur = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) props.onBlur();
  };
  // long or many entries stand one under the other
  const isLong = options.length > 6 || options.some((each) => each.label.length > 16);
  return grouped(props,
    h("div", { class: isLong ? "choices stacked" : "choices", onFocusout: onBlur, onFocusin: onFocus },
      ...options.map((each, index) =>
        h("label", { key: index },
          h("input", {
            type, name: domId, value: String(each.value), checked: isChosen(each.value), disabled: disabled || readonly,
            onChange: (event) => choose(each.value, event.target.checked),
          }),
          each.label))));
}
