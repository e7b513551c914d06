// Problems of the server at their fields, and a summary on top that leads to them.

/** More would push the form out of sight. */
const MOST = 8;

/** Where an answer stands, as the server writes it: members[0].person. */
export function written(path) {
  return path.reduce((text, part) => (typeof part === "number" ? `${text}[${part}]` : text ? `${text}.${part}` : String(part)), "");
}

/** Put problems ({field, message}) at their fields; what has no field stands in the summary alone. */
export function show(island, form, problems) {
  const instances = form.get("formFieldInstanceRegistry").getAllKeyed();
  const errors = {};
  const listed = problems.map(({ field, message }) => {
    const instance = instances.find((each) => written(each.valuePath) === field);
    if (instance) put(errors, [instance.id, ...Object.values(instance.indexes ?? {})], message);
    return { message: instance ? asked(form, instance) + message : message, id: instance ? domId(form, instance) : "" };
  });
  form._setState({ errors });
  summary(island, listed);
}

/** What form-js itself found, in the same summary. */
export function showOwn(island, form) {
  const { errors } = form._getState();
  const listed = [];
  for (const each of form.get("formFieldInstanceRegistry").getAllKeyed()) {
    const found = at(errors, [each.id, ...Object.values(each.indexes ?? {})]);
    if (Array.isArray(found)) for (const message of found) listed.push({ message: asked(form, each) + message, id: domId(form, each) });
  }
  summary(island, listed);
}

/** The row of a list, and the question before a field whose label occurs more than once. */
function asked(form, instance) {
  const fields = form.get("formFieldRegistry").getAll();
  const label = (field) => field?.label || field?.dateLabel || "";
  const numbers = instance.valuePath.filter((part) => typeof part === "number");
  const row = numbers.length ? `第${numbers.at(-1) + 1}项：` : "";
  const field = form.get("formFieldRegistry").get(instance.id);
  const isOnce = (each) => fields.filter((other) => label(other) === label(each)).length === 1;
  if (!field || isOnce(field)) return row;
  const siblings = form.get("formFieldRegistry").get(field._parent)?.components ?? [];
  const before = siblings.slice(0, siblings.findIndex((each) => each.id === field.id));
  const question = before.reverse().find((each) => label(each) && isOnce(each));
  return question ? `${row}${label(question)}：` : row;
}

/** Take the summary away. */
export function clear(island) {
  island.querySelector(".errors")?.remove();
}

/** One sentence on top, for what is not about a field. */
export function say(island, sentence, link) {
  summary(island, [{ message: sentence, id: "" }], sentence, link);
}

function summary(island, listed, title, link) {
  clear(island);
  const box = document.createElement("div");
  box.className = "errors";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  const head = document.createElement("h2");
  head.textContent = title ?? `有${listed.length}处要改，改好才能提交`;
  box.append(head);
  if (link) box.append(link);
  if (!title) box.append(list(listed));
  island.prepend(box);
  box.focus();
  box.scrollIntoView({ block: "nearest" });
}

function list(listed) {
  const list = document.createElement("ul");
  for (const { message, id } of listed.slice(0, MOST)) {
    const item = document.createElement("li");
    if (id) {
      const link = document.createElement("a");
      link.href = `#${id}`;
      link.textContent = message;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const target = document.getElementById(id);
        (target?.matches("fieldset") ? (target.querySelector("input, select, textarea, button") ?? target) : target)?.focus();
        target?.scrollIntoView({ block: "center" });
      });
      item.append(link);
    } else item.textContent = message;
    list.append(item);
  }
  if (listed.length > MOST) {
    const rest = document.createElement("li");
    rest.textContent = `另有${listed.length - MOST}处，见表单中的红字`;
    list.append(rest);
  }
  return list;
}

/** The id form-js gives the control of a field. */
function domId(form, { id, indexes }) {
  const rows = Object.values(indexes ?? {}).map((index) => `_${index}`).join("");
  return `fjs-form-${form._id}-${id}${rows}`;
}

function put(tree, path, message) {
  let node = tree;
  path.forEach((part, depth) => {
    if (depth < path.length - 1) node = node[part] ??= {};
    else node[part] = [...(node[part] ?? []), message];
  });
}

function at(tree, path) {
  return path.reduce((node, part) => node?.[part], tree);
}
