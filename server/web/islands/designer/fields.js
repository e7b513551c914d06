// Fields of the properties panel: each says what it is for, and writes when it is left.

let counter = 0;

/** A group of fields under a heading; nothing where it has none. */
export function group(heading, ...fields) {
  const shown = fields.flat().filter(Boolean);
  if (!shown.length) return null;
  const made = document.createElement("section");
  made.className = "panel-group";
  if (heading) made.append(Object.assign(document.createElement("h3"), { textContent: heading }));
  made.append(...shown);
  return made;
}

export function text(label, value, write, { hint = "", field = "", placeholder = "", readonly = false } = {}) {
  const input = document.createElement("input");
  input.type = "text";
  input.autocomplete = "off";
  input.spellcheck = false;
  input.value = value ?? "";
  input.placeholder = placeholder;
  input.readOnly = readonly;
  return row(label, input, write, { hint, field });
}

export function area(label, value, write, { hint = "", field = "", rows = 3, code = false } = {}) {
  const input = document.createElement("textarea");
  input.rows = rows;
  input.value = value ?? "";
  input.spellcheck = false;
  if (code) input.classList.add("code");
  return row(label, input, write, { hint, field });
}

/** options: [value, words]; a value that is not among them is shown as not found. */
export function select(label, value, options, write, { hint = "", field = "", blank = "（没有）" } = {}) {
  const input = document.createElement("select");
  const known = options.some(([each]) => each === value);
  const all = [...(blank === null ? [] : [["", blank]]), ...options, ...(value && !known ? [[value, `${value}（找不到）`]] : [])];
  for (const [each, words] of all) input.append(new Option(words, each, false, each === (value ?? "")));
  if (value && !known) input.setAttribute("aria-invalid", "true");
  return row(label, input, write, { hint, field });
}

export function tick(label, value, write, { hint = "" } = {}) {
  const input = document.createElement("input");
  input.type = "checkbox";
  input.checked = Boolean(value);
  const line = document.createElement("label");
  line.className = "panel-tick";
  line.append(input, ` ${label}`);
  input.addEventListener("change", () => write(input.checked));
  const made = document.createElement("div");
  made.className = "panel-field";
  made.append(line, ...(hint ? [note(hint)] : []));
  return made;
}

export function note(words) {
  return Object.assign(document.createElement("p"), { className: "hint", textContent: words });
}

export function link(words, address) {
  const made = document.createElement("a");
  made.href = address;
  made.textContent = words;
  const line = document.createElement("p");
  line.className = "panel-link";
  line.append(made);
  return line;
}

function row(label, input, write, { hint, field }) {
  const id = `property-${(counter += 1)}`;
  input.id = id;
  input.classList.add(input.tagName === "SELECT" ? "form-select" : "form-control");
  if (field) input.dataset.field = field;
  if (input.readOnly) input.classList.add("is-fixed");
  const made = document.createElement("div");
  made.className = "panel-field";
  made.append(Object.assign(document.createElement("label"), { htmlFor: id, textContent: label }), input);
  if (hint) {
    const told = note(hint);
    told.id = `${id}-hint`;
    input.setAttribute("aria-describedby", told.id);
    made.append(told);
  }
  input.addEventListener("change", () => {
    const wrong = write(input.value.trim());
    made.querySelector(".error")?.remove();
    if (wrong) made.append(Object.assign(document.createElement("p"), { className: "error", textContent: wrong }));
  });
  return made;
}
