// What is drawn on an element: a colour, and always a sign or a word with it.

/** Draw the marks: {elements: {id: {done, active, overdue, returned, label}}, flows: [id]}. */
export function mark(viewer, { elements = {}, flows = [] }) {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  for (const [id, counts] of Object.entries(elements)) {
    const element = registry.get(id);
    if (!element) continue;
    const state = stateOf(counts);
    if (state) canvas.addMarker(id, `is-${state}`);
    // gateways and events are small: their colour and the flows tell enough
    if (element.type.endsWith("Gateway") || element.type.endsWith("Event")) continue;
    for (const sign of signs(counts, state)) viewer.get("overlays").add(id, "state", sign);
  }
  for (const id of flows) if (registry.get(id)) canvas.addMarker(id, "is-taken");
}

/** One word for the counts of an element, the most urgent first. */
export function stateOf({ done = 0, active = 0, overdue = 0 }) {
  if (overdue) return "overdue";
  if (active) return "active";
  return done ? "done" : "";
}

function* signs({ done = 0, returned = 0, label }, state) {
  if (state === "overdue") yield overlay("sign-overdue", label ?? "逾期", { top: -10, right: 6 });
  else if (state === "active") yield overlay("sign-active", label ?? "在办", { top: -10, right: 6 });
  else if (state === "done") yield overlay("sign-done", done > 1 ? `✓${done}次` : "✓", { top: -9, right: 9 });
  if (returned) yield overlay("sign-returned", `退回${returned}次`, { bottom: 6, left: -4 });
}

function overlay(kind, text, position) {
  const html = document.createElement("div");
  html.className = `sign ${kind}`;
  html.textContent = text;
  // the list beside says it in words
  html.setAttribute("aria-hidden", "true");
  return { position, html, scale: { min: 0.7, max: 1.2 } };
}
