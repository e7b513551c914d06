// Every change of a property goes through the drawing tool's commands, so that it can be undone.

export function write(modeler, element) {
  const modeling = modeler.get("modeling");
  const moddle = modeler.get("moddle");
  const object = element.businessObject;
  const set = (properties) => modeling.updateProperties(element, properties);
  const inside = (part, properties) => modeling.updateModdleProperties(element, part, properties);
  const formal = (body, parent) => {
    const made = moddle.create("bpmn:FormalExpression", { body, language: "FEEL" });
    made.$parent = parent;
    return made;
  };

  return {
    set,
    name(value) {
      modeling.updateLabel(element.label ?? element, value);
    },
    id(value) {
      if (moddle.ids.assigned(value)) return "图上已经有这个标识";
      set({ id: value });
      return "";
    },
    own: (name, value) => set({ [`rongcuo:${name}`]: value || undefined }),
    documentation(value) {
      const made = value ? [moddle.create("bpmn:Documentation", { text: value })] : [];
      for (const each of made) each.$parent = object;
      set({ documentation: made });
    },
    condition: (value) => set({ conditionExpression: value ? formal(value.replace(/^=\s*/, ""), object) : undefined }),
    otherwise(value) {
      const source = modeler.get("elementRegistry").get(object.sourceRef.id);
      modeling.updateProperties(source, { default: value ? object : undefined });
      if (value && object.conditionExpression) set({ conditionExpression: undefined });
    },
    eventCondition: (event, value) => inside(event, { condition: value ? formal(value, event) : undefined }),
    wish(event) {
      const kind = ["timeDuration", "timeDate", "timeCycle"].find((each) => event[each]);
      return [kind, kind && event[kind].body];
    },
    setWish(event, value, kind = "timeDuration") {
      const chosen = /^R\d/.test(value) ? "timeCycle" : /^\d{4}-/.test(value) ? "timeDate" : value?.startsWith("deadline") ? "timeDuration" : kind;
      const cleared = { timeDuration: undefined, timeDate: undefined, timeCycle: undefined };
      inside(event, { ...cleared, ...(value ? { [chosen]: formal(value, event) } : {}) });
    },
    message(owner, name) {
      const definitions = modeler.getDefinitions();
      let found = name && definitions.rootElements.find((each) => each.$type === "bpmn:Message" && each.name === name);
      if (name && !found) {
        found = moddle.create("bpmn:Message", { id: moddle.ids.nextPrefixed("message_"), name });
        found.$parent = definitions;
        inside(definitions, { rootElements: [found, ...definitions.rootElements] });
      }
      inside(owner, { messageRef: found || undefined });
    },
    loopRef: (reference) => (typeof reference === "string" ? reference : (reference?.id ?? "")),
    loop(loop, name, value) {
      inside(loop, { [name]: value ? variable(value) : undefined });
    },
    loopItem(loop, name, value) {
      const item = value ? moddle.create(name === "inputDataItem" ? "bpmn:DataInput" : "bpmn:DataOutput", { id: moddle.ids.nextPrefixed("item_"), name: value }) : undefined;
      if (item) item.$parent = loop;
      inside(loop, { [name]: item });
    },
    loopCondition: (loop, value) => inside(loop, { completionCondition: value ? formal(value, loop) : undefined }),
  };

  /** The variable of the process that a list is kept in; a new one is declared. */
  function variable(name) {
    let process = object;
    while (process && process.$type !== "bpmn:Process") process = process.$parent;
    const known = (process?.properties ?? []).find((each) => each.id === name);
    if (known || !process) return known;
    const made = moddle.create("bpmn:Property", { id: name, name });
    made.$parent = process;
    inside(process, { properties: [...(process.properties ?? []), made] });
    return made;
  }
}
