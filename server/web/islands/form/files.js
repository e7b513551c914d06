// Files go to the server when they are chosen; the answer is the list of their ids.
import { FilePicker } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { described, grouped, useForm } from "./frame.js";
import { newKey } from "../keyed.js";
import { failure, token } from "./wire.js";

const ADDRESS = "/attachments";

/** The component; plain is the form whose token an upload carries. */
export function filesOf(plain) {
  function Files(props) {
    const { field, domId, disabled, readonly, onChange } = props;
    const ids = Array.isArray(props.value) ? props.value : [];
    const known = useForm()._getState().initialData?.attachment_names ?? {};
    const [names, setNames] = useState(known);
    const [failed, setFailed] = useState([]);
    const [waiting, setWaiting] = useState(0);
    const isLocked = disabled || readonly;
    useEffect(() => {
      if (waiting) plain.dataset.uploading = "true";
      else delete plain.dataset.uploading;
    }, [waiting]);

    const add = async (chosen) => {
      const files = field.multiple ? [...chosen] : [...chosen].slice(0, 1);
      setFailed([]);
      setWaiting(files.length);
      const added = [];
      for (const file of files) {
        try {
          const { id, name } = await upload(file);
          added.push(id);
          setNames((all) => ({ ...all, [id]: `${name ?? file.name}（${size(file.size)}）` }));
        } catch (error) {
          setFailed((all) => [...all, `${file.name}：${error.message}`]);
        }
        setWaiting((left) => left - 1);
      }
      if (added.length) onChange({ value: field.multiple ? [...ids, ...added] : added });
    };
    const drop = (event) => {
      event.preventDefault();
      if (!isLocked) add(event.dataTransfer?.files ?? []);
    };
    const body = h("div", { class: "files", onDragover: (event) => event.preventDefault(), onDrop: drop },
      h("ul", null, ...ids.map((id) =>
        h("li", { key: id },
          h("a", { href: `${ADDRESS}/${encodeURIComponent(id)}` }, names[id] ?? "附件"),
          !isLocked && h("button", {
            type: "button", class: "link", "aria-label": `移除${names[id] ?? "附件"}`,
            onClick: () => onChange({ value: ids.filter((other) => other !== id) }),
          }, "移除")))),
      !isLocked && h("p", null,
        h("input", {
          type: "file", id: `${domId}-input`, class: "visually-hidden", multiple: Boolean(field.multiple),
          accept: field.accept || undefined, ...described(props),
          onChange: (event) => {
            add(event.target.files);
            event.target.value = "";
          },
        }),
        h("label", { class: "btn", for: `${domId}-input` }, "选择文件", h("span", { class: "visually-hidden" }, field.label))),
      h("p", { class: "hint", role: "status" }, waiting ? `正在上传，还有${waiting}个` : isLocked ? "" : "也可以把文件拖到此处"),
      failed.length > 0 && h("ul", { class: "error", role: "alert" }, ...failed.map((text) => h("li", { key: text }, text))));
    return grouped(props, body);
  }
  Files.config = FilePicker.config;

  async function upload(file) {
    const body = new FormData();
    body.append("file", file, file.name);
    const answer = await fetch(ADDRESS, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token(plain), "Idempotency-Key": newKey() },
    });
    if (!answer.ok) throw new Error((await failure(answer)).detail);
    return answer.json();
  }
  return Files;
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
