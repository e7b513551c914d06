// What every field has around its control: label, description, error, tied to it by ids.
import { Description, Errors, FormContext } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { getOptionsSource, OPTIONS_SOURCES, useExpressionEvaluation } from "@bpmn-io/form-js-viewer";

const NEED = h("span", { class: "need" }, "必填");

/** Ids of what describes a control, as its attributes. */
export function described({ domId, field, errors = [] }) {
  const ids = [field.description && `${domId}-description`, errors.length && `${domId}-error-message`];
  return {
    "aria-describedby": ids.filter(Boolean).join(" ") || undefined,
    "aria-invalid": errors.length ? "true" : undefined,
  };
}

/** Label, control, description, error. */
export function framed({ domId, field, errors = [] }, control, label = field.label) {
  return h("div", { class: `field${errors.length ? " is-wrong" : ""}` },
    h("label", { for: domId }, label, field.validate?.required && NEED),
    control,
    ...below(domId, field, errors));
}

/** The same for a group of controls. */
export function grouped(props, controls, label = props.field.label) {
  const { domId, field, errors = [] } = props;
  return h("fieldset", { class: `field${errors.length ? " is-wrong" : ""}`, id: domId, tabIndex: -1, ...described(props) },
    h("legend", null, label, field.validate?.required && NEED),
    controls,
    ...below(domId, field, errors));
}

function below(domId, field, errors) {
  return [
    h(Errors, { id: `${domId}-error-message`, errors }),
    h(Description, { id: `${domId}-description`, description: field.description }),
  ];
}

/** Where the form keeps what it was opened with. */
export function useForm() {
  return useContext(FormContext).getService("form");
}

/** What there is to choose, from the schema, the data the form was opened with, or an expression. */
export function useOptions(field) {
  const { initialData } = useForm()._getState();
  const source = getOptionsSource(field);
  const evaluated = useExpressionEvaluation(field.valuesExpression);
  return useMemo(() => {
    const found = {
      [OPTIONS_SOURCES.STATIC]: field.values,
      [OPTIONS_SOURCES.INPUT]: initialData?.[field.valuesKey],
      [OPTIONS_SOURCES.EXPRESSION]: evaluated,
    }[source];
    return (Array.isArray(found) ? found : []).map(option).filter(Boolean);
  }, [source, field, initialData, evaluated]);
}

function option(entry) {
  if (entry === null || entry === undefined) return null;
  if (typeof entry !== "object") return { value: entry, label: String(entry) };
  if (entry.value === undefined) return null;
  return { value: entry.value, label: entry.label ?? String(entry.value) };
}
