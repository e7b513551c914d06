// What a decision reads, directly or through other decisions of the same file.

/**
 * Name, type and known values of every input of a decision, in the order of the drawing.
 * @param {object} decision a dmn:Decision
 * @returns {Array<{name: string, label: string, type: string, values: string[]}>}
 */
export function inputsOf(decision) {
  const byId = Object.fromEntries((decision.$parent.drgElement ?? []).map((each) => [each.id, each]));
  const seen = new Set();
  const tables = [];
  const found = [];
  visit(decision);
  return found.map((input) => described(input, tables));

  function visit(element) {
    if (!element || seen.has(element)) return;
    seen.add(element);
    if (element.$type === "dmn:InputData") found.push(element);
    if (element.decisionLogic?.$type === "dmn:DecisionTable") tables.push(element.decisionLogic);
    for (const needed of element.informationRequirement ?? []) {
      visit(byId[idOf(needed.requiredInput)]);
      visit(byId[idOf(needed.requiredDecision)]);
    }
  }
}

function idOf(reference) {
  return reference?.href?.split("#").at(-1);
}

function described(input, tables) {
  const name = input.variable?.name || input.name;
  const columns = tables.flatMap((table) => table.input ?? []);
  const column = columns.find((each) => each.inputExpression?.text?.trim() === name);
  return {
    name,
    label: column?.label ?? "",
    type: input.variable?.typeRef || column?.inputExpression?.typeRef || "",
    values: listed(column?.inputValues?.text),
  };
}

/** The texts of a list of values; nothing when it holds anything else. */
export function listed(text = "") {
  try {
    const found = JSON.parse(`[${text}]`);
    return found.every((each) => typeof each === "string") ? found : [];
  } catch {
    return [];
  }
}

/** What was typed, as the value of its type; throws a sentence when it is none. */
export function valueOf({ type, label, name }, typed) {
  const text = typed.trim();
  if (!text) return null;
  if (type === "number" && Number.isFinite(Number(text))) return Number(text);
  if (type === "number") throw new Error(`“${label || name}”应为数字`);
  if (type === "boolean") return text === "true";
  if (type && type !== "Any") return text;
  // no type: a list or a group of values is written as JSON, anything else is a text
  try {
    return JSON.parse(text);
  } catch {
    if (/^[[{"]/.test(text)) throw new Error(`“${label || name}”写得不完整：括号、引号要成对`);
    return text;
  }
}
