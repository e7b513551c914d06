// What was played kept as a scenario file: among the drafts of the pack, or on one's own machine.
import { h } from "preact";
import { useState } from "preact/hooks";
import { download } from "../studio/download.js";

export function Keeping({ state }) {
  const [name, setName] = useState("");
  const [title, setTitle] = useState("");
  const [isTaken, setTaken] = useState(false);
  const shown = { name: name || state.file.replace(/\.yaml$/, "") || fresh(state), title: title || state.document.title };
  const isThere = state.stage.scenarios.some((each) => each.file === `${shown.name}.yaml`);
  const store = async (event) => {
    event.preventDefault();
    if (isThere && !isTaken) {
      setTaken(true);
      return;
    }
    if (await state.store(shown.name, shown.title || shown.name, isThere)) {
      setName("");
      setTitle("");
    }
    setTaken(false);
  };
  const save = async () => {
    const found = await state.record(shown.title || shown.name);
    if (found) download(`${shown.name}.yaml`, found.text);
  };
  return h("section", { class: "session-keep" },
    h("h3", null, "记录"),
    state.told && h("p", { class: "notice notice-green", role: "status" }, state.told),
    h("form", { onSubmit: store },
      h("p", { class: "acting-row" }, h("label", { for: "keep-title" }, "标题"), h("input", { id: "keep-title", class: "form-control", value: shown.title, placeholder: "谁做什么，应当看到什么", onInput: (event) => setTitle(event.target.value) })),
      h("p", { class: "acting-row" }, h("label", { for: "keep-name" }, "文件名"), h("input", { id: "keep-name", class: "form-control", value: shown.name, onInput: (event) => {
        setName(event.target.value);
        setTaken(false);
      } })),
      isTaken && h("p", { class: "notice notice-amber", role: "alert" }, `已经有场景“${shown.name}”，再点一次就替换它。`),
      h("div", { class: "acts" },
        h("button", { type: "submit", class: "btn btn-primary", disabled: state.isBusy }, isTaken ? "替换" : "存为草稿"),
        h("button", { type: "button", class: "btn", disabled: state.isBusy, onClick: save }, "下载"))));
}

/** The next number that no scenario has. */
function fresh(state) {
  const numbers = state.stage.scenarios.map((each) => Number.parseInt(each.file, 10)).filter(Number.isFinite);
  return `${String(Math.max(0, ...numbers) + 1).padStart(2, "0")}_played`;
}
