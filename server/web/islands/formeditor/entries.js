// Entries of the properties panel that form-js does not have, looking like its own.
import { h } from "preact";

/** Entries get ``{ id, element, value, set }``; set(undefined) takes the value away. */
export function Choice({ id, label, hint, options, value, set }) {
  return entry(id, "select", [
    caption(id, label),
    h("select", { id: domId(id), class: "bio-properties-panel-input", onChange: (event) => set(event.target.value || undefined) },
      options.map(([key, words]) => h("option", { value: key, selected: (value ?? "") === key }, words))),
    described(hint),
  ]);
}

export function Tick({ id, label, hint, value, set }) {
  return h("div", { class: "bio-properties-panel-entry bio-properties-panel-checkbox-entry", "data-entry-id": id },
    h("div", { class: "bio-properties-panel-checkbox" },
      h("input", { id: domId(id), type: "checkbox", class: "bio-properties-panel-input", checked: Boolean(value), onChange: (event) => set(event.target.checked || undefined) }),
      caption(id, label)),
    described(hint));
}

export function Count({ id, label, hint, value, set }) {
  const change = (event) => set(event.target.value === "" ? undefined : Math.max(0, Math.trunc(Number(event.target.value))));
  return entry(id, "numberfield", [
    caption(id, label),
    h("input", { id: domId(id), type: "number", min: 0, step: 1, class: "bio-properties-panel-input", value: value ?? "", onChange: change }),
    described(hint),
  ]);
}

export function Words({ id, label, hint, value, set }) {
  const change = (event) => {
    const found = event.target.value.split(/[,，、\s]+/).filter(Boolean);
    set(found.length ? found : undefined);
  };
  return entry(id, "textfield", [
    caption(id, label),
    h("input", { id: domId(id), type: "text", autocomplete: "off", class: "bio-properties-panel-input", value: (value ?? []).join("，"), onChange: change }),
    described(hint),
  ]);
}

function entry(id, kind, inner) {
  return h("div", { class: "bio-properties-panel-entry", "data-entry-id": id }, h("div", { class: `bio-properties-panel-${kind}` }, inner));
}

function caption(id, label) {
  return h("label", { for: domId(id), class: "bio-properties-panel-label" }, label);
}

function described(hint) {
  return hint && h("div", { class: "bio-properties-panel-description" }, hint);
}

function domId(id) {
  return `own-${id}`;
}
