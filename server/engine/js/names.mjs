// What an expression reads, from its parse tree: warnings of a trial evaluation would miss
// every name behind `if`, behind `and` and in a loop over nothing.
import { evaluate, parseExpression, parseUnaryTests } from "feelin";

// Asked in an empty context, only a built-in is found.
const builtin = (name) => {
  try {
    return evaluate(`[${name}]`, {}).warnings.length === 0;
  } catch {
    return false;
  }
};
const known = new Map();
const isBuiltin = (name) => {
  if (!known.has(name)) known.set(name, builtin(name));
  return known.get(name);
};

// A pattern that backtracks for ever is met here, under the limit of the call, and not by a case:
// it is run on long rows of the characters it knows, which nothing matches to the end (EX-9).
const PATTERNED = new Set(["matches", "replace", "split"]);
const provoke = (pattern) => {
  const known = [...new Set(pattern.replace(/[^\p{L}\p{N}]/gu, ""))].slice(0, 8);
  let compiled;
  try {
    compiled = new RegExp(pattern, "u");
  } catch {
    return;
  }
  for (const each of ["a", "0", " ", ...known]) compiled.test(`${each.repeat(60)}\u0001`);
};

const childrenOf = (node) => {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
};

// `> 3` tests a value that stands elsewhere: to the left of `in`, or in a column of a table. Alone
// it is a thing of its own, and what compares it is null or false for ever: `a == 1`, `= a`.
const ORDER = new Set(["<", "<=", ">", ">="]);
const isTest = (node) =>
  node.name === "SimplePositiveUnaryTest" && node.firstChild?.name === "CompareOp";
const bare = (node) => {
  let inner = node;
  while (inner?.name === "ParenthesizedExpression") [, inner] = childrenOf(inner);
  return inner;
};
const isRange = (node) =>
  ["SimplePositiveUnaryTest", "Interval", "FunctionInvocation"].includes(bare(node)?.name);

class Reader {
  constructor(text) {
    this.text = text;
    this.free = new Set();
    this.builtins = new Set();
    this.recursive = new Set();
    this.errors = [];
    // where half a comparison stands, and where one compares a range or a yes/no with a value
    this.halves = [];
    this.crossed = [];
  }

  nameOf(node) {
    const text = this.text.slice(node.from, node.to).replace(/\s+/g, " ").replace(/`/g, "").trim();
    return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  }

  read(node, bound) {
    if (node.type.isError) {
      this.errors.push(node.from);
      return;
    }
    if (isTest(node) && !this.#tests(node)) this.halves.push(node.from);
    const visit = this[`in${node.name}`];
    if (visit) visit.call(this, node, bound);
    else for (const child of childrenOf(node)) this.read(child, bound);
  }

  inVariableName(node, bound) {
    for (const child of childrenOf(node)) if (child.type.isError) this.errors.push(child.from);
    const name = this.nameOf(node);
    if (bound.has(name)) return;
    if (isBuiltin(name)) this.builtins.add(name);
    else this.free.add(name);
  }

  // Does this unary test stand where something is tested: after `in`, in a cell, or as a range
  // in brackets of its own (DMN 1.5 reads `(> 3)` as one).
  #tests(node) {
    const around = ["ParenthesizedExpression", "List"];
    let outer = node.parent;
    while (outer && around.includes(outer.name)) outer = outer.parent;
    if (outer?.name === "PositiveUnaryTest") return true;
    return node.parent.name === "ParenthesizedExpression" && ORDER.has(this.#operator(node));
  }

  #operator(node) {
    const operator = childrenOf(node).find((child) => child.name === "CompareOp");
    return operator ? this.text.slice(operator.from, operator.to) : "";
  }

  inComparison(node, bound) {
    const [left, , right] = childrenOf(node);
    const operator = this.#operator(node);
    if (operator && !isTest(right)) {
      const chained = [left, right].some((side) => bare(side)?.name === "Comparison");
      const mixed = isRange(left) !== isRange(right) && [left, right].some((side) => this.#isOne(side));
      if ((ORDER.has(operator) && chained) || mixed) this.crossed.push(node.from);
    }
    for (const child of childrenOf(node)) this.read(child, bound);
  }

  // A range that is written out, not one that some function gives.
  #isOne(node) {
    const inner = bare(node);
    return isRange(inner) && inner.name !== "FunctionInvocation";
  }

  inFunctionInvocation(node, bound) {
    const [called, ...rest] = childrenOf(node);
    this.read(called, bound);
    for (const child of rest) this.read(child, bound);
    const parameters = rest.find((child) => child.name === "PositionalParameters");
    if (!parameters || !PATTERNED.has(this.nameOf(called))) return;
    const pattern = childrenOf(parameters)[1];
    if (pattern?.name === "StringLiteral") {
      provoke(evaluate(this.text.slice(pattern.from, pattern.to), {}).value);
    }
  }

  inForExpression(node, bound) {
    this.#loop(node, new Set([...bound, "partial"]));
  }

  inQuantifiedExpression(node, bound) {
    this.#loop(node, new Set(bound));
  }

  // Each iterator sees the ones before it, the body sees them all.
  #loop(node, inner) {
    for (const child of childrenOf(node)) {
      if (child.name !== "InExpressions") {
        this.read(child, inner);
        continue;
      }
      for (const part of childrenOf(child)) {
        if (part.name !== "InExpression") this.read(part, inner);
        else this.#iterator(part, inner);
      }
    }
  }

  #iterator(node, inner) {
    const [name, ...rest] = childrenOf(node);
    for (const child of rest) this.read(child, inner);
    inner.add(this.nameOf(name));
  }

  inContext(node, bound) {
    const inner = new Set(bound);
    for (const child of childrenOf(node)) {
      if (child.name !== "ContextEntry") {
        this.read(child, inner);
        continue;
      }
      const [key, value] = childrenOf(child);
      const name = this.nameOf(key);
      if (value?.name === "FunctionDefinition") this.#ownCall(name, value, inner);
      if (value) this.read(value, inner);
      inner.add(name);
    }
  }

  // A function that calls itself by its own key: bounded by nothing but the clock (EX-9).
  #ownCall(name, definition, bound) {
    if (bound.has(name)) return;
    const probe = new Reader(this.text);
    probe.read(definition, bound);
    if (probe.free.has(name)) this.recursive.add(name);
  }

  inFunctionDefinition(node, bound) {
    const inner = new Set(bound);
    for (const child of childrenOf(node)) {
      if (child.name === "FormalParameters") {
        for (const each of childrenOf(child)) if (each.firstChild) inner.add(this.nameOf(each.firstChild));
      } else this.read(child, inner);
    }
  }

  // `item` is the element itself. Other names in a filter may be fields of it or variables:
  // they count as read, so `item.field` is the way to name a field.
  inFilterExpression(node, bound) {
    const [target, ...rest] = childrenOf(node);
    this.read(target, bound);
    const inner = new Set([...bound, "item"]);
    for (const child of rest) this.read(child, inner);
  }

  inType() {}

  inQualifiedName() {}
}

const one = ([text, unary]) => {
  const tree = (unary ? parseUnaryTests : parseExpression)(text, {});
  const reader = new Reader(text);
  reader.read(tree.topNode, new Set(unary ? ["?"] : []));
  return [
    [...reader.free].sort(),
    [...reader.builtins].sort(),
    reader.errors,
    [...reader.recursive].sort(),
    reader.halves,
    reader.crossed,
  ];
};

export const parse = ({ list }) => list.map(one);
