// What people call an element of a decision file: its row and column, not its id.

/** The words for an element, empty when the file has none with this id. */
export function nameOf(definitions, id) {
  for (const element of definitions?.drgElement ?? []) {
    if (element.id === id || element.variable?.id === id) return label(element);
    const logic = element.decisionLogic ?? element.encapsulatedLogic;
    if (!logic) continue;
    const found = logic.id === id ? label(element) : inTable(logic, id);
    if (found) return found;
  }
  return "";
}

function label(element) {
  return element.name || element.id;
}

function inTable({ input = [], output = [], rule = [] }, id) {
  const column = [...input, ...output].find((each) => [each.id, each.inputExpression?.id, each.inputValues?.id, each.outputValues?.id].includes(id));
  if (column) return `“${column.label || column.name || column.inputExpression?.text}”列`;
  for (const [number, row] of rule.entries()) {
    if (row.id === id) return `第${number + 1}行`;
    const at = row.inputEntry?.findIndex((cell) => cell.id === id) ?? -1;
    if (at >= 0) return cell(number, input[at]);
    const to = row.outputEntry?.findIndex((each) => each.id === id) ?? -1;
    if (to >= 0) return cell(number, output[to]);
  }
  return "";
}

function cell(number, column) {
  const name = column?.label || column?.name || column?.inputExpression?.text;
  return `第${number + 1}行${name ? `“${name}”` : ""}`;
}
