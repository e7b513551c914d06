// A row of the list and its element show each other.
import { announce } from "../parts.js";

/** Tie the list named by data-list to the drawing. */
export function tie(island, viewer) {
  const list = document.getElementById(island.dataset.list ?? "");
  if (!list) return;
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  let shown = "";

  const show = (id, isFromList) => {
    const element = registry.get(id);
    if (!element) return;
    if (shown) canvas.removeMarker(shown, "is-shown");
    list.querySelectorAll(".is-shown").forEach((row) => row.classList.remove("is-shown"));
    shown = id;
    canvas.addMarker(id, "is-shown");
    const row = list.querySelector(`[data-element="${CSS.escape(id)}"]`);
    row?.classList.add("is-shown");
    if (isFromList) {
      canvas.scrollToElement(element, 80);
      announce(`图上已标出：${element.businessObject.name ?? id}`);
    } else row?.scrollIntoView({ block: "nearest" });
  };

  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-element]");
    if (row && !event.target.closest("a[href]")) show(row.dataset.element, true);
  });
  viewer.get("eventBus").on("element.click", ({ element }) => {
    const target = element.labelTarget ?? element;
    if (list.querySelector(`[data-element="${CSS.escape(target.id)}"]`)) show(target.id, false);
  });
}
