// The decisions of a file as tabs, and the way to one element of them.

const TYPES = { drd: "总图" };

/** Fills [data-views]; gives show(id), which opens what the element lies in and goes there. */
export function startViews(island, modeler) {
  const place = island.querySelector("[data-views]");
  modeler.on("views.changed", draw);
  draw();
  return { show };

  function draw() {
    const views = modeler.getViews();
    const active = modeler.getActiveView();
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(...views.map((view) => tab(view, view.element === active?.element)));
    if (hadFocus) place.querySelector('[aria-pressed="true"]')?.focus();
    for (const told of island.querySelectorAll("[data-question]")) told.textContent = active?.element.question ?? "";
    island.dispatchEvent(new CustomEvent("viewed", { detail: active }));
  }

  function tab(view, isActive) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.setAttribute("aria-pressed", String(isActive));
    button.textContent = TYPES[view.type] ?? view.element.name ?? view.element.id;
    if (view.element.question) button.title = view.element.question;
    button.addEventListener("click", () => modeler.open(view));
    item.append(button);
    return item;
  }

  async function show(id) {
    const view = viewOf(id);
    if (view && view.element !== modeler.getActiveView()?.element) await modeler.open(view);
    const found = island.querySelector(`[data-canvas] :is(td, th, .djs-element)[data-element-id="${CSS.escape(id)}"], [data-canvas] .rule-index[data-row-id="${CSS.escape(id)}"]`);
    found?.scrollIntoView({ block: "center", inline: "nearest" });
    const viewer = modeler.getActiveViewer();
    const shape = viewer?.get("elementRegistry", false)?.get(id);
    if (found?.matches("td, th")) found.querySelector("[contenteditable]")?.focus();
    else if (shape && viewer.get("canvas", false)) viewer.get("selection").select(shape);
  }

  /** The decision an element lies in; input data lies in the drawing alone. */
  function viewOf(id) {
    const views = modeler.getViews();
    const inside = views.find(({ element, type }) => type !== "drd" && holds(element, id));
    return inside ?? views.find(({ type }) => type === "drd");
  }
}

function holds(element, id) {
  if (!element || typeof element !== "object") return false;
  if (element.id === id) return true;
  return (element.$descriptor?.properties ?? [])
    .filter((property) => !property.isReference)
    .some(({ name }) => [element[name.split(":").at(-1)]].flat().some((inner) => inner?.$type && holds(inner, id)));
}
