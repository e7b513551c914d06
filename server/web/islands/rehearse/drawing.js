// The diagrams of the pack with what was played drawn on them: tokens, open tasks, ways taken.
import Viewer from "bpmn-js/lib/Viewer";
import MoveCanvas from "diagram-js/lib/navigation/movecanvas";
import { steer } from "../viewer/steering.js";

const READABLE = 0.75;

export async function drawing(island, stage, state) {
  const names = Object.keys(stage.diagrams);
  const canvas = document.createElement("div");
  canvas.className = "canvas rehearse-canvas";
  const tabs = document.createElement("div");
  tabs.className = "rehearse-tabs";
  tabs.setAttribute("role", "group");
  tabs.setAttribute("aria-label", "流程图");
  island.append(tabs, legend(state), canvas);
  const font = { fontFamily: getComputedStyle(island).fontFamily, fontSize: 13, lineHeight: 1.25 };
  const viewer = new Viewer({
    container: canvas,
    additionalModules: [MoveCanvas],
    textRenderer: { defaultStyle: font, externalStyle: { ...font, fontSize: 12 } },
    bpmnRenderer: { defaultStrokeColor: "#6b7682", defaultLabelColor: "#1b2530" },
  });
  const drawn = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const overlays = viewer.get("overlays");
  let current = "";
  let marked = [];
  let sought = "";
  let followed = "";

  for (const name of names.length > 1 ? names : []) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.className = "tab";
    tab.dataset.name = name;
    tab.textContent = titleOf(stage, name);
    tab.addEventListener("click", () => draw(name));
    tabs.append(tab);
  }
  await draw(stage.procedures[0]?.diagram ?? names[0]);
  steer(island, viewer, { whole: () => drawn.zoom("fit-viewport", "auto"), now: () => follow(true) });
  viewer.get("eventBus").on("element.click", ({ element }) => {
    const id = (element.labelTarget ?? element).id;
    const open = state.scene?.case?.open ?? [];
    if (open.some((each) => each.element === id)) document.querySelector(`#session [data-element="${CSS.escape(id)}"] button`)?.click();
  });
  return { mark, show };

  async function draw(name) {
    if (!name || name === current) return;
    current = name;
    marked = [];
    await viewer.importXML(stage.diagrams[name]);
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.name === name));
    canvas.querySelector("svg[data-element-id], .djs-container > svg")?.setAttribute("aria-label", "流程图，待办和走过的流向见旁边的列表");
    fit();
    mark();
  }

  function fit() {
    drawn.resized();
    drawn.zoom("fit-viewport", "auto");
    if (drawn.zoom() < READABLE) {
      const { inner, outer } = drawn.viewbox();
      drawn.viewbox({ x: inner.x - 16, y: inner.y - 16, width: outer.width / READABLE, height: outer.height / READABLE });
    }
  }

  function mark() {
    for (const [id, look] of marked) if (registry.get(id)) drawn.removeMarker(id, look);
    overlays.remove({ type: "token" });
    marked = [];
    const { results, isShown } = state.coverage;
    const isKnown = isShown && Object.keys(results).length > 0;
    const taken = new Set(Object.values(results).flatMap((each) => each.flows));
    for (const { flow } of isKnown ? stage.ways : []) put(flow, taken.has(flow) ? "is-covered" : "is-uncovered");
    const shown = state.scene?.case;
    for (const flow of shown?.flows ?? []) put(flow, "is-played");
    for (const id of Object.keys(shown?.done ?? {})) put(id, "is-past");
    for (const { element } of shown?.waiting ?? []) {
      put(element, "is-waiting");
    }
    const counts = new Map();
    for (const task of shown?.open ?? []) counts.set(task.element, [...(counts.get(task.element) ?? []), task]);
    for (const [id, tasks] of counts) {
      const isLate = tasks.some((each) => each.deadline?.state === "overdue");
      put(id, isLate ? "is-late" : "is-open");
      if (registry.get(id)) sign(id, `${isLate ? "逾期" : "演练到此"}${tasks.length > 1 ? `×${tasks.length}` : ""}`, isLate);
    }
    if (sought) put(sought, "is-sought");
    follow();
  }

  function put(id, look) {
    const element = registry.get(id);
    if (!element) return;
    drawn.addMarker(id, look);
    marked.push([id, look]);
  }

  function sign(id, text, isLate) {
    const html = document.createElement("div");
    html.className = `sign ${isLate ? "sign-overdue" : "sign-active"}`;
    html.textContent = text;
    html.setAttribute("aria-hidden", "true");
    overlays.add(id, "token", { position: { bottom: 8, left: 50 }, html, scale: { min: 0.7, max: 1.2 } });
  }

  /** Show where the case stands, when that is not in sight. */
  async function follow(isAsked = false) {
    const token = state.scene?.case?.tokens[0] ?? "";
    if (!token || (!isAsked && token === followed)) return;
    followed = token;
    await see(token);
  }

  async function see(id) {
    if (!registry.get(id)) {
      const other = names.find((name) => stage.diagrams[name].includes(`id="${id}"`));
      if (other) await draw(other);
    }
    const element = registry.get(id);
    if (!element) return;
    if (element.waypoints) {
      const { x, y } = element.waypoints[0];
      const { width, height } = drawn.viewbox();
      drawn.viewbox({ x: x - width / 2, y: y - height / 2, width, height });
    } else drawn.scrollToElement(element, { top: 60, bottom: 60, left: 120, right: 120 });
  }

  /** Point at a flow or an element. */
  async function show(id) {
    sought = id;
    await see(id);
    mark();
  }
}

function titleOf(stage, name) {
  const found = stage.procedures.filter((each) => each.diagram === name).map((each) => each.title);
  if (found.length) return found.join("、");
  const pool = /<bpmn2?:participant[^>]*\bname="([^"]*)"/.exec(stage.diagrams[name]) ?? /<bpmn2?:process[^>]*\bname="([^"]*)"/.exec(stage.diagrams[name]);
  return pool?.[1] || name;
}

function legend(state) {
  const box = document.createElement("div");
  box.className = "rehearse-legend";
  const label = document.createElement("label");
  const tick = Object.assign(document.createElement("input"), { type: "checkbox", checked: true });
  tick.addEventListener("change", () => state.change({ coverage: { ...state.coverage, isShown: tick.checked } }));
  label.append(tick, " 显示全部场景走过的流向");
  box.append(label);
  for (const [look, words] of [["covered", "走过"], ["uncovered", "没有走过"], ["played", "本次演练"]]) {
    const item = document.createElement("span");
    item.className = `way way-${look}`;
    item.textContent = words;
    box.append(item);
  }
  return box;
}

