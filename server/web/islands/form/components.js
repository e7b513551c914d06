// Our own components in the place of those of form-js: native controls that work with keyboard,
// screen reader and large type, files that go to the server at once, people looked up by name.
import { Textarea, Textfield } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { Checklist, Radio } from "./choices.js";
import { Chooser } from "./chooser.js";
import { Datetime } from "./dates.js";
import { filesOf } from "./files.js";
import { Select } from "./select.js";

/** A text field, or a chooser where the schema says that the answer names somebody or a case. */
function TextOrName(props) {
  const kind = props.field.properties?.kind;
  return ["person", "unit", "case"].includes(kind) ? h(Chooser, { ...props, kind }) : h(Textfield, props);
}

/** What is not filled in is null, as on the server, and not an empty text: conditions ask for it. */
function nullable(Component, { config }) {
  function Nullable(props) {
    const onChange = (update) => props.onChange({ ...update, value: filled(update.value) });
    return h(Component, { ...props, value: props.value ?? "", onChange });
  }
  const sanitizeValue = (given) => filled(config.sanitizeValue(given));
  Nullable.config = { ...config, emptyValue: null, sanitizeValue };
  return Nullable;
}

/** Blanks alone say nothing either. */
function filled(text) {
  return typeof text === "string" && text.trim() ? text : null;
}

const Text = nullable(TextOrName, Textfield);
const Area = nullable(Textarea, Textarea);

/** A form-js module; plain is the form whose token an upload carries. */
export function components(plain) {
  function Own(formFields) {
    for (const each of [Text, Area, Select, Radio, Checklist, Datetime, filesOf(plain)]) {
      formFields.register(each.config.type, each);
    }
  }
  Own.$inject = ["formFields"];
  return { __init__: ["ownComponents"], ownComponents: ["type", Own] };
}
