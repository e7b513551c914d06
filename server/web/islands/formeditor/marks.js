// Marks components by their ids with rules of a sheet: the editor draws its fields anew at any time.

let sheet = null;

/** Problems name a component by its id. */
export function paint(problems) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  sheet.replaceSync(problems.filter(({ element }) => element).map(rule).join("\n"));
}

function rule({ element, severity }) {
  const colour = severity === "error" ? "--red" : "--amber";
  return `.fjs-editor-container .fjs-element[data-id="${CSS.escape(element)}"] { box-shadow: inset 0.214rem 0 var(${colour}); }`;
}

/** What people call the component: its label. */
export function nameOf(editor, element) {
  const field = find(editor, element);
  return field?.label || field?.dateLabel || field?.timeLabel || "";
}

function find(editor, element) {
  const all = editor.get("formFieldRegistry").getAll();
  return all.find(({ id }) => id === element) ?? all.find(({ key, path }) => element && [key, path].includes(element));
}

/** Select a component, by its id or else its key, and bring it into sight. */
export function show(island, editor, element) {
  const field = find(editor, element);
  if (!field) return;
  editor.get("selection").set(field);
  island.querySelector(`.fjs-element[data-id="${CSS.escape(field.id)}"]`)?.scrollIntoView({ block: "center" });
}
