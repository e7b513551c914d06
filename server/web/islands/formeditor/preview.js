// The form as those who fill it in will see it, without sending anything.
import { createForm, FilePicker } from "@bpmn-io/form-js-viewer";
import { components } from "../form/components.js";
import { lowered } from "../form/headings.js";

/** Files stay where they are: nothing of a trial goes to the server. */
function Local(formFields) {
  formFields.register(FilePicker.config.type, FilePicker);
}
Local.$inject = ["formFields"];
const local = { __init__: ["localFiles"], localFiles: ["type", Local] };

/** toggle() shows the trial in the place of the editor, and back. */
export function startPreview(island, schema) {
  const place = island.querySelector("[data-preview]");
  const canvas = island.querySelector("[data-canvas]");
  const button = island.querySelector('[data-act="try"]');
  let form = null;
  return { toggle };

  async function toggle() {
    const isShown = place.hidden;
    place.hidden = !isShown;
    canvas.hidden = isShown;
    button?.setAttribute("aria-pressed", String(isShown));
    form?.destroy();
    place.replaceChildren();
    if (!isShown) return;
    const container = document.createElement("form");
    container.className = "drawn";
    place.append(container);
    form = await createForm({ container, schema: lowered(schema()), data: {}, additionalModules: [components(container), local] });
  }
}
