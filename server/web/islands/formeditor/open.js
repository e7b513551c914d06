// Opens a form, and ties editor, draft, problems and trial together.
import { FormEditor } from "@bpmn-io/form-js-editor";
import { components } from "../form/components.js";
import { act } from "../studio/acts.js";
import { autosave, load } from "../studio/autosave.js";
import { download } from "../studio/download.js";
import { failed } from "../studio/failed.js";
import { checked, status, tellWhose } from "../studio/page.js";
import { fields } from "./fields.js";
import { groups } from "./groups.js";
import { nameOf, paint, show } from "./marks.js";
import { startPreview } from "./preview.js";
import { written } from "./written.js";

/** Draw the file of an island and keep what is changed. */
export async function open(island) {
  const { src, path } = island.dataset;
  try {
    const file = await load(src);
    let original = null;
    const container = island.querySelector("[data-canvas]");
    // drawn as on a task page, so that nobody wonders why it looks different there
    const editor = new FormEditor({
      container,
      propertiesPanel: { parent: document.getElementById("panel") },
      additionalModules: [components(container), fields, groups],
    });
    const draw = (content) => {
      original = JSON.parse(content);
      return editor.importSchema(original);
    };
    await draw(file.content);
    const getContent = () => written(editor.saveSchema(), original);
    const kept = await autosave({
      src,
      revision: file.revision,
      getContent,
      onConflictContent: draw,
      status: status(),
    });
    const list = checked(island, {
      getContent,
      select: ({ element }) => show(island, editor, element),
      label: ({ element }) => nameOf(editor, element),
      mark: paint,
    });
    editor.on("changed", () => {
      kept.changed();
      list.changed();
      // the stack of what was done is told of the change after the form
      setTimeout(() => island.dispatchEvent(new CustomEvent("changed")));
    });
    const stack = editor.get("commandStack");
    const preview = startPreview(island, () => JSON.parse(getContent()));
    act(island, {
      undo: () => stack.undo(),
      redo: () => stack.redo(),
      download: () => download(path.split("/").at(-1), getContent()),
      save: kept.save,
      try: preview.toggle,
    }, () => ({ undo: stack.canUndo(), redo: stack.canRedo() }));
    list.check();
    tellWhose(file);
    island.dataset.drawn = "true";
    island.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: { draw, getContent } }));
  } catch (error) {
    failed(island, error, "这份表单画不出来，可以下载后修改，再上传。");
  }
}
