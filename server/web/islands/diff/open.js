import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { diff } from "bpmn-js-differ";
import { get } from "../studio/wire.js";

const SIGNS = { added: "＋", removed: "－", changed: "≠", moved: "⇄" };

export async function open(island) {
  try {
    const texts = await get(island.dataset.src);
    const sides = ["before", "after"].map((side) => pane(island, island.dataset[side]));
    for (const [number, side] of ["before", "after"].entries()) await sides[number].importXML(texts[side]);
    const [before, after] = sides;
    const found = diff(before.getDefinitions(), after.getDefinitions());
    mark(before, Object.keys(found._removed), "removed");
    mark(after, Object.keys(found._added), "added");
    for (const side of sides) {
      mark(side, Object.keys(found._layoutChanged), "moved");
      mark(side, Object.keys(found._changed), "changed");
    }
    fit(sides, found);
    link(before, after);
    link(after, before);
    follow(sides);
    island.dataset.drawn = "true";
  } catch (error) {
    console.warn("the two drawings could not be compared", error);
    island.replaceChildren(Object.assign(document.createElement("p"), { className: "notice", textContent: "两张图没有画出来，各处不同请看下面的表。" }));
    island.dataset.drawn = "false";
  }
}

function pane(island, words) {
  const figure = document.createElement("figure");
  const canvas = document.createElement("div");
  canvas.className = "diff-canvas";
  figure.append(Object.assign(document.createElement("figcaption"), { textContent: words }), canvas);
  island.append(figure);
  const font = { fontFamily: getComputedStyle(island).fontFamily, fontSize: 13, lineHeight: 1.25 };
  return new NavigatedViewer({
    container: canvas,
    textRenderer: { defaultStyle: font, externalStyle: { ...font, fontSize: 12 } },
    bpmnRenderer: { defaultStrokeColor: "#6b7682", defaultLabelColor: "#1b2530" },
  });
}

function mark(viewer, ids, what) {
  const registry = viewer.get("elementRegistry");
  for (const id of ids) {
    const element = registry.get(id);
    if (!element || element === viewer.get("canvas").getRootElement()) continue;
    viewer.get("canvas").addMarker(id, `is-${what}`);
    if (element.waypoints || /Participant|Lane|Group/.test(element.type)) continue;
    const sign = Object.assign(document.createElement("span"), { className: `diff-sign is-${what}`, textContent: SIGNS[what] });
    viewer.get("overlays").add(id, "diff", { position: { top: -10, left: -10 }, html: sign });
  }
}

/** Both begin where the first difference is, at a size one can read. */
function fit(sides, { _added, _removed, _changed, _layoutChanged }) {
  const first = [..._keys(_changed), ..._keys(_added), ..._keys(_removed), ..._keys(_layoutChanged)];
  for (const viewer of sides) {
    const canvas = viewer.get("canvas");
    canvas.zoom("fit-viewport", "auto");
    if (canvas.zoom() >= 0.6) continue;
    const registry = viewer.get("elementRegistry");
    const element = first.map((id) => registry.get(id)).find((each) => each?.width && each.width < 400);
    canvas.zoom(0.7);
    if (element) canvas.scrollToElement(element, 60);
  }
}

const _keys = Object.keys;

/** Moving one moves the other. */
function link(from, to) {
  let isTold = false;
  from.on("canvas.viewbox.changed", ({ viewbox }) => {
    if (isTold || to.isFollowing) return;
    from.isFollowing = isTold = true;
    to.get("canvas").viewbox({ x: viewbox.x, y: viewbox.y, width: viewbox.width, height: viewbox.height });
    from.isFollowing = isTold = false;
  });
}

/** A row of the tables shows its element. */
function follow(sides) {
  for (const row of document.querySelectorAll("tr[data-element]")) {
    const known = sides.filter((side) => side.get("elementRegistry").get(row.dataset.element));
    if (!known.length) continue;
    const cell = row.cells[1];
    const show = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link", textContent: cell.textContent });
    show.addEventListener("click", () => {
      for (const side of known) {
        side.get("canvas").scrollToElement(row.dataset.element, 120);
        for (const id of side.shown ?? []) side.get("canvas").removeMarker(id, "is-shown");
        side.get("canvas").addMarker(row.dataset.element, "is-shown");
        side.shown = [row.dataset.element];
      }
      known[0].get("canvas").getContainer().scrollIntoView({ block: "nearest" });
    });
    cell.replaceChildren(show);
  }
}
