// Fetches the diagram, draws it to the width of the page, and ties it to the list beside it.
import Viewer from "bpmn-js/lib/Viewer";
import MoveCanvas from "diagram-js/lib/navigation/movecanvas";
import { failure } from "../form/wire.js";
import { tie } from "./list.js";
import { mark } from "./marks.js";
import { steer } from "./steering.js";

const EDGE = 16;
const FONT = { fontFamily: "inherit", fontSize: 13, lineHeight: 1.25 };

/** Draw the diagram of an island; when it cannot be drawn, the list beside it still says everything. */
export async function open(island) {
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  try {
    const answer = await fetch(island.dataset.src, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await failure(answer)).detail);
    const drawing = await answer.json();
    island.append(canvas);
    const viewer = new Viewer({
      container: canvas,
      additionalModules: [MoveCanvas],
      textRenderer: { defaultStyle: FONT, externalStyle: FONT },
      bpmnRenderer: { defaultStrokeColor: "#6b7682", defaultLabelColor: "#1b2530" },
    });
    await viewer.importXML(drawing.xml);
    name(canvas);
    mark(viewer, drawing);
    fit(viewer, canvas);
    steer(island, viewer, () => fit(viewer, canvas));
    tie(island, viewer);
    island.dataset.drawn = "true";
    new ResizeObserver(() => canvas.clientWidth && fit(viewer, canvas)).observe(island);
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

/** The whole diagram in the width of the page, and no higher than a screen. */
function fit(viewer, canvas) {
  const drawn = viewer.get("canvas");
  drawn.resized();
  const { inner } = drawn.viewbox();
  const scale = Math.min(1.2, (canvas.clientWidth - 2 * EDGE) / inner.width);
  const height = Math.min(inner.height * scale + 2 * EDGE, Math.max(360, window.innerHeight * 0.85));
  canvas.style.height = `${Math.round(height)}px`;
  drawn.resized();
  drawn.zoom("fit-viewport", "auto");
}

function name(canvas) {
  const drawing = canvas.querySelector("svg[data-element-id], .djs-container > svg");
  drawing?.setAttribute("role", "img");
  drawing?.setAttribute("aria-label", "流程图，各环节的状态见旁边的列表");
  drawing?.removeAttribute("tabindex");
}
