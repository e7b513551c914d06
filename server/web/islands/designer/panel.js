// The properties of what is chosen, in groups.
import { groups } from "./groups.js";
import { kindOf, labelOf } from "./zh.js";

/** keep(node, {read, hidden, reason}) writes the rights of a step. */
export function panel(modeler, facts, { place, edit, keep, problems }) {
  const events = modeler.get("eventBus");
  let shown = null;
  const again = () => {
    const [element, ...more] = modeler.get("selection").get();
    show(more.length ? null : (element?.labelTarget ?? element ?? null));
  };
  events.on("selection.changed", again);
  events.on("elements.changed", ({ elements }) => {
    // what is being typed in stays: only a change from elsewhere draws the panel anew
    if (elements.some(({ id }) => id === shown?.id) && !place.contains(document.activeElement)) again();
  });
  document.getElementById("problems")?.addEventListener("checked", () => {
    if (!place.contains(document.activeElement)) again();
  });
  show(null);

  function show(element) {
    shown = element;
    const drawn = element ?? whole();
    const object = drawn?.businessObject;
    if (!object) return;
    const head = document.createElement("div");
    head.className = "panel-head";
    const title = document.createElement("h2");
    title.textContent = labelOf(object);
    head.append(title, Object.assign(document.createElement("span"), { className: "sub", textContent: kindOf(object) }));
    const wrong = problems().filter((each) => each.element === object.id);
    const said = wrong.map((each) => {
      const line = document.createElement("p");
      line.className = `panel-problem problem-${each.severity}`;
      line.textContent = `${each.message}${each.fix ? `。${each.fix}` : ""}`;
      return line;
    });
    place.replaceChildren(head, ...said, ...groups(modeler, drawn, facts, { edit, keep }));
  }

  /** Where nothing is chosen: the first pool, or the process that has none. */
  function whole() {
    return modeler.get("elementRegistry").find(({ type }) => type === "bpmn:Participant") ?? modeler.get("canvas").getRootElement();
  }
}
