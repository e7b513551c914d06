// Marks cells, rows and boxes by their ids. The editor draws its cells anew at any time, so the
// marks are rules of a sheet and not classes of cells.

const SHEETS = {};

/** kind: "wrong" ([id, severity] each) or "hit" ([id] each); what was marked before is not any more. */
export function paint(kind, marked) {
  const sheet = (SHEETS[kind] ??= made());
  const rules = marked.filter(([id]) => id).map(([id, severity]) => rule(kind, CSS.escape(id), severity));
  sheet.replaceSync(rules.join("\n"));
}

function made() {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return sheet;
}

function rule(kind, id, severity) {
  if (kind === "hit") {
    return `[data-island="dmn"] tr:has(> [data-row-id="${id}"]) > td { background: var(--green-ground); }
      [data-island="dmn"] tr:has(> [data-row-id="${id}"]) > .rule-index { box-shadow: inset 0.214rem 0 var(--green); font-weight: 700; }`;
  }
  const colour = severity === "error" ? "--red" : "--amber";
  const ground = severity === "error" ? "--red-ground" : "--amber-ground";
  return `[data-island="dmn"] :is(td, th)[data-element-id="${id}"] { background: var(${ground}); box-shadow: inset 0 0 0 2px var(${colour}); }
    [data-island="dmn"] .rule-index[data-row-id="${id}"] { background: var(${ground}); box-shadow: inset 0.214rem 0 var(${colour}); }
    [data-island="dmn"] .djs-element[data-element-id="${id}"] .djs-visual > :first-child { stroke: var(${colour}) !important; stroke-width: 3px !important; }`;
}
