// The properties panel: only what the server understands, and what only our server knows.
import { Choice, Count, Tick, Words } from "./entries.js";

/** Ids and keys that other files rely on, and what the server has no use for. */
const HIDDEN = new Set(["id", "versionTag", "time-format", "maxHeight", "url", "content"]);
const HIDDEN_GROUPS = new Set(["custom-values", "securityAttributes"]);

const KINDS = [["", "（普通文字）"], ["person", "一个人"], ["unit", "一个单位"], ["case", "一个事项（编号）"]];
const LISTS = ["procedures", "states"];

class Groups {
  constructor(propertiesPanel) {
    propertiesPanel.registerProvider(this, 500);
  }

  getGroups(field, edit) {
    return (groups) => {
      if (!field) return groups;
      const kept = groups
        .filter(({ id }) => !HIDDEN_GROUPS.has(id))
        .map((group) => (group.entries ? { ...group, entries: group.entries.filter(({ id }) => !HIDDEN.has(id)) } : group))
        .filter((group) => !group.entries || group.entries.length);
      if (field.type === "textfield") kept.push(naming(field, edit));
      if (field.type === "dynamiclist") kept.push(counting(field, edit));
      return kept;
    };
  }
}
Groups.$inject = ["propertiesPanel"];

export const groups = { __init__: ["ownGroups"], ownGroups: ["type", Groups] };

/** Whom or what an answer names (docs/reference/forms.md). */
function naming(field, edit) {
  const bound = binding(field, "properties", edit);
  const entries = [
    bound("kind", Choice, { label: "填写的是", options: KINDS, hint: "人、单位、事项由填写人查找选定" }, (kind) => {
      const { same_party, elsewhere, procedures, states, ...rest } = field.properties ?? {};
      const which = kind === "case" ? { same_party, elsewhere, procedures, states } : {};
      return cleaned({ ...rest, ...which, kind });
    }),
  ];
  if (field.properties?.kind === "case") {
    entries.push(
      bound("same_party", Tick, { label: "须是同一当事人的事项" }),
      bound("elsewhere", Tick, { label: "可以填写系统之外的文号" }),
      bound("procedures", Words, { label: "只限这些流程", hint: "流程的键，以逗号分隔；空着不限" }),
      bound("states", Words, { label: "只限这些状态", hint: "open、suspended、closed、cancelled，以逗号分隔；空着不限" }),
    );
  }
  return { id: "naming", label: "填写对象", entries };
}

/** How many rows a list must and may have. */
function counting(field, edit) {
  const bound = binding(field, "validate", edit);
  return {
    id: "counting",
    label: "项数",
    entries: [
      bound("required", Tick, { label: "至少要有一项" }),
      bound("minItems", Count, { label: "最少几项" }),
      bound("maxItems", Count, { label: "最多几项", hint: "不超过200" }),
    ],
  };
}

function binding(field, place, edit) {
  return (key, Component, props, change = (value) => cleaned({ ...field[place], [key]: value })) => {
    const id = `${place}-${key}`;
    const set = (value) => edit(field, [place], change(value));
    return {
      id,
      isEdited: () => field[place]?.[key] !== undefined,
      component: () => Component({ ...props, id, value: field[place]?.[key], set }),
    };
  };
}

function cleaned(values) {
  const kept = Object.entries(values).filter(([key, value]) => value !== undefined && !(LISTS.includes(key) && !value.length));
  return kept.length ? Object.fromEntries(kept) : undefined;
}
