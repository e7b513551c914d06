// What an expression reads, from its parse tree: warnings of a trial evaluation would miss
// every name behind `if`, behind `and` and in a loop over nothing.
import { evaluate, parseExpression, parseUnaryTests } from "feelin";

import { ORDER, TEXTLESS, bare, childrenOf, isRange, isTest } from "./tree.mjs";

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

class Reader {
  constructor(text) {
    this.text = text;
    this.free = new Set();
    this.builtins = new Set();
    this.recursive = new Set();
    this.errors = [];
    // every path read (`routing.level`; `members[].vote` for a member of a list), the literal texts
    // compared with one, and what the whole may come to: texts and paths
    this.paths = new Set();
    this.compared = [];
    this.results = [];
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
    this.#reached(node, bound);
    if (bound.has(name)) return;
    if (isBuiltin(name)) this.builtins.add(name);
    else this.free.add(name);
  }

  // What a node names: a variable, a property of one, a member of a list; null for anything else.
  // `bound` knows what a name of a loop stands for.
  #path(node, bound) {
    const inner = bare(node);
    if (inner?.name === "VariableName" || inner?.name === "?") {
      const name = this.nameOf(inner);
      return bound.has(name) ? bound.get(name) : isBuiltin(name) ? null : name;
    }
    if (inner?.name === "PathExpression") {
      const [target, , property] = childrenOf(inner);
      const before = this.#path(target, bound);
      return before && property ? `${before}.${this.nameOf(property)}` : null;
    }
    if (inner?.name === "FilterExpression") return this.#member(inner.firstChild, bound);
    return null;
  }

  #member(node, bound) {
    const path = this.#path(node, bound);
    return path && `${path}[]`;
  }

  #reached(node, bound) {
    const path = this.#path(node, bound);
    if (path) this.paths.add(path);
  }

  inPathExpression(node, bound) {
    this.#reached(node, bound);
    for (const child of childrenOf(node)) this.read(child, bound);
  }

  #literal(node) {
    const inner = bare(node);
    return inner?.name === "StringLiteral" ? evaluate(this.text.slice(inner.from, inner.to), {}).value : null;
  }

  #compare(left, right, bound) {
    for (const [one, other] of [[left, right], [right, left]]) {
      const path = this.#path(one, bound);
      const text = this.#literal(other);
      if (path && typeof text === "string") this.compared.push([path, text]);
    }
  }

  // The tests after `in`, or those of a whole cell.
  #testsOf(node, path) {
    for (const child of childrenOf(node)) {
      const text = this.#literal(child);
      if (typeof text === "string") this.compared.push([path, text]);
      else if (/^(PositiveUnaryTests?|List|ParenthesizedExpression)$/.test(child.name)) {
        this.#testsOf(child, path);
      }
    }
  }

  inUnaryTests(node, bound) {
    this.#testsOf(node, "?");
    for (const child of childrenOf(node)) this.read(child, bound);
  }

  // What the expression comes to, through every `if`.
  yield(node, bound) {
    const inner = bare(node);
    if (inner?.name === "IfExpression") {
      const [, , , positive, , negative] = childrenOf(inner);
      for (const branch of [positive, negative]) this.yield(branch, bound);
      return;
    }
    const text = this.#literal(inner);
    const path = this.#path(inner, bound);
    if (typeof text === "string") this.results.push(["text", text]);
    else if (path) this.results.push(["path", path]);
    else if (!TEXTLESS.has(inner?.name)) this.results.push(["open", ""]);
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
    if (operator === "=" || operator === "!=") this.#compare(left, right, bound);
    const path = childrenOf(node).some((child) => child.name === "in") && this.#path(left, bound);
    if (path) this.#testsOf(node, path);
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
    if (!parameters) return;
    const [first, pattern] = childrenOf(parameters);
    if (this.nameOf(called) === "list contains") {
      const [list, sought] = [this.#member(first, bound), this.#path(pattern, bound)];
      const text = this.#literal(pattern);
      if (list && typeof text === "string") this.compared.push([list, text]);
      if (first.name === "List" && sought) this.#testsOf(first, sought);
    }
    if (!PATTERNED.has(this.nameOf(called))) return;
    if (pattern?.name === "StringLiteral") {
      provoke(evaluate(this.text.slice(pattern.from, pattern.to), {}).value);
    }
  }

  inForExpression(node, bound) {
    this.#loop(node, new Map([...bound, ["partial", null]]));
  }

  inQuantifiedExpression(node, bound) {
    this.#loop(node, new Map(bound));
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
    const around = rest.find((child) => child.name === "IterationContext")?.firstChild;
    inner.set(this.nameOf(name), around ? this.#member(around, inner) : null);
  }

  inContext(node, bound) {
    const inner = new Map(bound);
    for (const child of childrenOf(node)) {
      if (child.name !== "ContextEntry") {
        this.read(child, inner);
        continue;
      }
      const [key, value] = childrenOf(child);
      const name = this.nameOf(key);
      if (value?.name === "FunctionDefinition") this.#ownCall(name, value, inner);
      if (value) this.read(value, inner);
      inner.set(name, null);
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
    const inner = new Map(bound);
    for (const child of childrenOf(node)) {
      if (child.name === "FormalParameters") {
        for (const each of childrenOf(child)) if (each.firstChild) inner.set(this.nameOf(each.firstChild), null);
      } else this.read(child, inner);
    }
  }

  // `item` is the element itself. Other names in a filter may be fields of it or variables:
  // they count as read, so `item.field` is the way to name a field.
  inFilterExpression(node, bound) {
    const [target, ...rest] = childrenOf(node);
    this.read(target, bound);
    const inner = new Map([...bound, ["item", this.#member(target, bound)]]);
    for (const child of rest) this.read(child, inner);
  }

  inType() {}
  inQualifiedName() {}
}

const one = ([text, unary]) => {
  const tree = (unary ? parseUnaryTests : parseExpression)(text, {});
  const reader = new Reader(text);
  const bound = new Map(unary ? [["?", "?"]] : []);
  reader.read(tree.topNode, bound);
  if (!unary) reader.yield(tree.topNode.firstChild, bound);
  return [
    [...reader.free].sort(),
    [...reader.builtins].sort(),
    reader.errors,
    [...reader.recursive].sort(),
    reader.halves,
    reader.crossed,
    [...reader.paths].sort(),
    reader.compared,
    reader.results,
  ];
};

export const parse = ({ list }) => list.map(one);
