// Fetches schema and data, draws the form, and lets the plain one go.
import { createForm } from "@bpmn-io/form-js-viewer";
import { components } from "./components.js";
import { startDraft } from "./draft.js";
import { startGuide } from "./guide.js";
import { lowered } from "./headings.js";
import { startPhrases } from "./phrases.js";
import { show } from "./problems.js";
import { startSending } from "./send.js";

/** Draw the form of an island; whatever goes wrong, the plain form stays usable. */
export async function open(island) {
  const plain = island.querySelector("form");
  const place = plain.querySelector("[data-fields]");
  try {
    const answer = await fetch(island.dataset.src, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const { schema, data, readonly = false, errors = [], draft = "" } = await answer.json();
    const container = document.createElement("div");
    container.className = "drawn";
    const form = await createForm({
      container,
      schema: lowered(schema),
      data,
      properties: { readOnly: readonly, ariaLabel: island.dataset.label ?? "表单" },
      additionalModules: [components(plain)],
    });
    plain.before(container);
    place.remove();
    plain.noValidate = true;
    island.dataset.drawn = "true";
    startSending(island, plain, form);
    if (island.dataset.draft && !readonly) startDraft(island, plain, form, draft);
    if (island.dataset.guide) startGuide(island, plain, form);
    if (!readonly) startPhrases(island);
    if (errors.length) show(island, form, errors);
    island.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: form }));
  } catch (error) {
    console.warn("the form could not be drawn", error);
    island.dataset.drawn = "false";
  }
}
