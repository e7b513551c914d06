// What stands around every editor of the studio (templates/studio/layout.html).
import { tellDraft } from "./draft.js";
import { problems } from "./problems.js";

/** Where it is told how the file stands. */
export function status() {
  return document.getElementById("kept");
}

/** The list of problems below the editor, the button that asks for it, and what may be published. */
export function checked(island, options) {
  const panel = document.getElementById("problems");
  const list = problems({
    check: island.dataset.check,
    path: island.dataset.path,
    panel,
    address: (other) => (other ? `${island.dataset.edit}?file=${encodeURIComponent(other)}` : null),
    ...options,
  });
  tellDraft();
  panel.addEventListener("checked", ({ detail }) => publishable(detail));
  document.getElementById("check")?.addEventListener("click", () => list.check());
  return list;
}

/** With an error in the pack there is nothing to publish. */
export function publishable({ errors }) {
  const publish = document.getElementById("publish");
  if (!publish) return;
  publish.classList.toggle("is-off", errors > 0);
  publish.textContent = errors ? `发布（有${errors}个错误，不能发布）` : "发布";
  if (errors) publish.setAttribute("aria-disabled", "true");
  else publish.removeAttribute("aria-disabled");
}

/** Whose draft it is that was opened, until something is kept. */
export function tellWhose({ by, at, state }) {
  const place = status();
  if (place && !place.textContent && state !== "published" && by) place.textContent = `草稿：${by} ${at}`;
}
