// Opens a decision file, and ties editor, views, drafts, problems and trying out together.
import Modeler from "dmn-js/lib/Modeler";
import { autosave, load } from "../studio/autosave.js";
import { checked, status, tellWhose } from "../studio/page.js";
import { act } from "../studio/acts.js";
import { download } from "../studio/download.js";
import { failed } from "../studio/failed.js";
import { paint } from "./marks.js";
import { finish } from "./finish.js";
import { nameOf } from "./names.js";
import { startTrying } from "./try.js";
import { startViews } from "./views.js";
import { written } from "./written.js";
import { chinese } from "./zh.js";

/** Draw the file of an island and keep what is changed. */
export async function open(island) {
  const { src, path } = island.dataset;
  try {
    const file = await load(src);
    const modeler = editor(island);
    const draw = (content) => modeler.importXML(content);
    await draw(file.content);
    const getContent = async () => written((await modeler.saveXML({ format: true })).xml);
    const kept = await autosave({
      src,
      revision: file.revision,
      getContent,
      onConflictContent: draw,
      status: status(),
    });
    const views = startViews(island, modeler);
    const list = checked(island, {
      getContent,
      select: ({ element }) => views.show(element),
      label: ({ element }) => nameOf(modeler.getDefinitions(), element),
      mark: (found) => paint("wrong", found.map(({ element, severity }) => [element, severity])),
    });
    const changed = () => {
      kept.changed();
      list.changed();
      island.dispatchEvent(new CustomEvent("changed"));
    };
    follow(modeler, changed);
    modeler.on("import.done", () => list.changed());
    act(island, {
      undo: () => stack(modeler)?.undo(),
      redo: () => stack(modeler)?.redo(),
      download: async () => download(path.split("/").at(-1), await getContent()),
      save: kept.save,
    }, () => ({ undo: Boolean(stack(modeler)?.canUndo()), redo: Boolean(stack(modeler)?.canRedo()) }));
    startTrying(island, modeler, { path, getContent });
    list.check();
    tellWhose(file);
    island.dataset.drawn = "true";
    island.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: { draw, getContent } }));
  } catch (error) {
    failed(island, error, "这份决策表画不出来，可以下载后用其他工具修改，再上传。");
  }
}

function editor(island) {
  const untold = new Set();
  const texts = chinese((text) => {
    untold.add(text);
    // a browser test reads it: nothing may be left in another language
    island.dataset.untranslated = [...untold].join("|");
  });
  const own = { additionalModules: [texts, finish] };
  return new Modeler({
    container: island.querySelector("[data-canvas]"),
    height: "100%",
    drd: own,
    decisionTable: own,
    literalExpression: own,
    boxedExpression: own,
  });
}

/** The views come and go; each has its own stack of what was done. */
function follow(modeler, changed) {
  const seen = new WeakSet();
  const tie = () => {
    const viewer = modeler.getActiveViewer();
    if (!viewer || seen.has(viewer)) return;
    seen.add(viewer);
    viewer.on("commandStack.changed", ({ trigger }) => trigger !== "clear" && changed());
  };
  modeler.on("views.changed", tie);
  tie();
}

function stack(modeler) {
  return modeler.getActiveViewer()?.get("commandStack", false);
}
