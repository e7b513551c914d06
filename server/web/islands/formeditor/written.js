// The schema as the text of a file: what was not touched stays as it was, to the order of its keys.

/**
 * The text of a schema that was opened as ``original``.
 *
 * The editor adds a row to every component and the number of its version: what says nothing is
 * left out again, so that the difference of two versions of a form shows what somebody changed.
 */
export function written(schema, original) {
  const known = new Map();
  collect(original, known);
  const { components = [], ...rest } = schema;
  const top = ordered({ ...rest, schemaVersion: original.schemaVersion ?? rest.schemaVersion, components }, original);
  return `${JSON.stringify({ ...top, components: level(components, known) }, null, 2)}\n`;
}

function collect(parent, known) {
  for (const each of parent.components ?? []) {
    if (each.id) known.set(each.id, each);
    collect(each, known);
  }
}

function level(components, known) {
  const rows = {};
  for (const { layout } of components) if (layout?.row) rows[layout.row] = (rows[layout.row] ?? 0) + 1;
  return components.map((each) => {
    const before = known.get(each.id);
    const kept = ordered(withoutEmpty(each, before, rows), before);
    return kept.components ? { ...kept, components: level(each.components, known) } : kept;
  });
}

/** Without a row of its own, and without what an emptied entry of the panel leaves behind. */
function withoutEmpty(component, before, rows) {
  const kept = { ...component };
  const { layout } = kept;
  if (layout && !before?.layout && !layout.columns && (rows[layout.row] ?? 0) < 2) delete kept.layout;
  for (const key of ["validate", "properties", "conditional", "appearance", "layout"]) {
    const value = kept[key];
    if (value === undefined || value === null || before?.[key] !== undefined && same(value, before[key])) continue;
    const inner = Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined && each !== null && each !== "" && each !== false));
    if (Object.keys(inner).length) kept[key] = inner;
    else delete kept[key];
  }
  for (const [key, value] of Object.entries(kept)) {
    if ((value === undefined || value === "") && before?.[key] === undefined) delete kept[key];
  }
  return kept;
}

/** Keys in the order of the file; new ones behind, children last. */
function ordered(value, before) {
  const order = [...Object.keys(before ?? {}), "id", "type", "key", "path", "label", ...Object.keys(value)];
  const keys = [...new Set(order)].filter((key) => key in value && value[key] !== undefined && (before || key !== "components"));
  if (!before && "components" in value) keys.push("components");
  return Object.fromEntries(keys.map((key) => [key, value[key]]));
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
