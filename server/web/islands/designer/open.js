// Draws the file, and ties the drawing to the panel, the list of problems and the keeper of drafts.
import Modeler from "bpmn-js/lib/Modeler";
import minimap from "diagram-js-minimap";
import { autosave, load } from "../studio/autosave.js";
import { tellDraft } from "../studio/draft.js";
import { publishable, tellWhose } from "../studio/page.js";
import { problems } from "../studio/problems.js";
import { get, post, read as answered } from "../studio/wire.js";
import { bar, elementList } from "./bar.js";
import { lint } from "./lint.js";
import { marks } from "./marks.js";
import { narrowed } from "./menu.js";
import { panel } from "./panel.js";
import rongcuo from "./rongcuo.json";
import { kindOf, labelOf, translate } from "./zh.js";

const DRAWN = "commandStack.changed";
/** How long after a change the drawing itself is looked at. */
const LOOKED_AT = 500;

export async function open(island) {
  const { src, path, check } = island.dataset;
  try {
    const [file, facts] = await Promise.all([load(src), get(island.dataset.facts)]);
    const canvas = document.createElement("div");
    canvas.className = "drawing-canvas";
    const modeler = create(island, canvas);
    const list = elementList(modeler, (element) => choose(modeler, element));
    island.replaceChildren(bar(modeler, { onList: () => list.show(kindOf) }), canvas, list.dialog);
    await draw(modeler, file.content);
    const getContent = async () => (await modeler.saveXML({ format: true })).xml;
    const mark = marks(modeler);
    const status = document.getElementById("kept");
    const found = problems({
      check,
      path,
      getContent,
      panel: document.getElementById("problems"),
      select: ({ element, field }) => choose(modeler, modeler.get("elementRegistry").get(element), field),
      mark,
      label: ({ element }) => named(modeler, element),
      address: (other) => (other ? `${island.dataset.edit}?file=${encodeURIComponent(other)}` : null),
    });
    const kept = await autosave({ src, revision: file.revision, getContent, status, onConflictContent: (text) => draw(modeler, text) });
    panel(modeler, facts, {
      place: document.getElementById("panel"),
      edit: island.dataset.edit,
      problems: found.all,
      keep: (node, given) => rights(island, facts, { node, ...given }, status, found),
    });
    let drawn = 0;
    modeler.on(DRAWN, () => {
      kept.changed();
      found.changed();
      clearTimeout(drawn);
      drawn = setTimeout(async () => found.own(await lint(modeler, path)), LOOKED_AT);
    });
    document.getElementById("problems").addEventListener("checked", ({ detail }) => publishable(detail));
    document.getElementById("check")?.addEventListener("click", async () => {
      found.own(await lint(modeler, path));
      found.check();
    });
    found.own(await lint(modeler, path));
    found.check();
    tellWhose(file);
    tellDraft();
    island.dataset.drawn = "true";
  } catch (error) {
    console.warn("the diagram could not be opened", error);
    const told = document.createElement("p");
    told.className = "notice notice-red";
    told.setAttribute("role", "alert");
    told.textContent = `流程图没有打开：${error.detail ?? "文件不是能画出来的流程图，可以按文本修改"}`;
    island.replaceChildren(told);
    island.dataset.drawn = "false";
  }
}

function create(island, container) {
  const font = { fontFamily: getComputedStyle(island).fontFamily, fontSize: 13, lineHeight: 1.25 };
  return new Modeler({
    container,
    moddleExtensions: { rongcuo },
    additionalModules: [{ translate: ["value", translate] }, narrowed, minimap],
    textRenderer: { defaultStyle: font, externalStyle: { ...font, fontSize: 12 } },
    bpmnRenderer: { defaultStrokeColor: "#465260", defaultLabelColor: "#1b2530" },
  });
}

async function draw(modeler, xml) {
  await modeler.importXML(xml);
  const canvas = modeler.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  // a wide procedure is read from its beginning, not as a strip nobody can read
  if (canvas.zoom() < 0.7) {
    const { inner } = canvas.viewbox();
    canvas.zoom(0.8);
    const { outer } = canvas.viewbox();
    canvas.viewbox({ x: inner.x - 10, y: inner.y - 10, width: outer.width / 0.8, height: outer.height / 0.8 });
  }
}

/** Show an element in the middle and choose it. */
function choose(modeler, element, field = "") {
  if (!element) return;
  const canvas = modeler.get("canvas");
  canvas.scrollToElement(element, { top: 80, right: 80, bottom: 80, left: 80 });
  modeler.get("selection").select(element);
  if (field) document.querySelector(`#panel [data-field="${CSS.escape(field)}"]`)?.focus();
}

/** Rights stand in pack.yaml: they are kept at once, and the pack is checked with them. */
async function rights(island, facts, given, status, found) {
  const { node, read, hidden } = given;
  try {
    const { saved_at: at } = await answered(await post(island.dataset.rights, given));
    const known = facts.rights?.[node];
    facts.rights = { ...facts.rights, [node]: { ...known, read, hidden, reason: given.reason || known?.reason } };
    status.textContent = `已自动保存 ${at}`;
    found.check();
  } catch (error) {
    status.dataset.state = "refused";
    status.textContent = `字段权限没有保存：${error.detail ?? "没有连上服务器"}`;
  }
}

/** What the list of problems calls an element of this file. */
function named(modeler, id) {
  const element = modeler.get("elementRegistry").get(id);
  return element ? labelOf(element) : "";
}
