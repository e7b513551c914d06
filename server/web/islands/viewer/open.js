// Fetches the diagram, draws it to the width of the page, and ties it to the list beside it.
import Viewer from "bpmn-js/lib/Viewer";
import MoveCanvas from "diagram-js/lib/navigation/movecanvas";
import { failure } from "../form/wire.js";
import { tie } from "./list.js";
import { mark, stateOf } from "./marks.js";
import { steer } from "./steering.js";

const EDGE = 16;
/** Below this scale nobody reads the names of the steps. */
const READABLE = 0.8;
const LARGEST = 1.2;

/** Draw the diagram of an island; when it cannot be drawn, the list beside it still says everything. */
export async function open(island) {
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  try {
    const answer = await fetch(island.dataset.src, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await failure(answer)).detail);
    const drawing = await answer.json();
    island.append(canvas);
    // the texts are measured before they are drawn: with the font they will be drawn in
    const font = { fontFamily: getComputedStyle(island).fontFamily, fontSize: 13, lineHeight: 1.25 };
    const viewer = new Viewer({
      container: canvas,
      additionalModules: [MoveCanvas],
      textRenderer: { defaultStyle: font, externalStyle: { ...font, fontSize: 12 } },
      bpmnRenderer: { defaultStrokeColor: "#6b7682", defaultLabelColor: "#1b2530" },
    });
    await viewer.importXML(drawing.xml);
    name(canvas);
    mark(viewer, drawing);
    const { elements = {} } = drawing;
    fit(viewer, canvas, elements);
    steer(island, viewer, { whole: () => whole(viewer, canvas), now: () => fit(viewer, canvas, elements) });
    tie(island, viewer);
    island.dataset.drawn = "true";
    follow(island, () => fit(viewer, canvas, elements));
  } catch (error) {
    canvas.remove();
    console.warn("the diagram could not be drawn", error);
    const told = document.createElement("p");
    told.className = "notice";
    told.textContent = "流程图没有画出来，各环节请看列表。";
    island.append(told);
    island.dataset.drawn = "false";
  }
}

/** All of it in the width of the page. */
function whole(viewer, canvas) {
  const drawn = viewer.get("canvas");
  grow(viewer, canvas, Math.min(LARGEST, (canvas.clientWidth - 2 * EDGE) / drawn.viewbox().inner.width));
  drawn.zoom("fit-viewport", "auto");
}

/** Large enough to be read: all of it where that fits, else the part where the case stands now. */
function fit(viewer, canvas, elements) {
  // nothing can be measured in a part that is folded away; it is fitted once it shows
  if (!canvas.clientWidth) return;
  const drawn = viewer.get("canvas");
  const { inner } = drawn.viewbox();
  const scale = (canvas.clientWidth - 2 * EDGE) / inner.width;
  if (scale >= READABLE) {
    whole(viewer, canvas);
    return;
  }
  grow(viewer, canvas, READABLE);
  const { x, y } = standing(viewer, elements) ?? { x: inner.x, y: inner.y };
  const { outer } = drawn.viewbox();
  const width = outer.width / READABLE;
  const height = outer.height / READABLE;
  drawn.viewbox({
    x: within(x - width / 2, inner.x - EDGE, inner.x + inner.width + EDGE - width),
    y: within(y - height / 2, inner.y - EDGE, inner.y + inner.height + EDGE - height),
    width,
    height,
  });
}

/** The height this scale needs, and no higher than most of a screen. */
function grow(viewer, canvas, scale) {
  const { inner } = viewer.get("canvas").viewbox();
  const most = Math.max(360, window.innerHeight * 0.8);
  canvas.style.height = `${Math.round(Math.min(inner.height * scale + 2 * EDGE, most))}px`;
  viewer.get("canvas").resized();
}

/** The middle of what is going on, or of what was done last. */
function standing(viewer, elements) {
  const registry = viewer.get("elementRegistry");
  const known = Object.entries(elements).filter(([id]) => registry.get(id)?.width);
  const open = known.filter(([, counts]) => ["active", "overdue"].includes(stateOf(counts)));
  const boxes = (open.length ? open : known.slice(-1)).map(([id]) => registry.get(id));
  if (!boxes.length) return null;
  const middle = (start, size) => boxes.reduce((sum, box) => sum + box[start] + box[size] / 2, 0) / boxes.length;
  return { x: middle("x", "width"), y: middle("y", "height") };
}

function within(value, least, most) {
  return Math.max(least, Math.min(value, most));
}

/** Again when the width changed: another window, large type, a part that was folded away. */
function follow(island, again) {
  let width = island.clientWidth;
  new ResizeObserver(() => {
    if (!island.clientWidth || island.clientWidth === width) return;
    width = island.clientWidth;
    again();
  }).observe(island);
}

function name(canvas) {
  const drawing = canvas.querySelector("svg[data-element-id], .djs-container > svg");
  drawing?.setAttribute("role", "img");
  drawing?.setAttribute("aria-label", "流程图，各环节的状态见旁边的列表");
  drawing?.removeAttribute("tabindex");
}
