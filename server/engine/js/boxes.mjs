// Boxed expressions of DMN: each kind of box gives one FEEL value in a scope of names.
import { FeelFunction, evaluate } from "feelin";
import { Table } from "./tables.mjs";
import { MISMATCH, coerce, kindOf } from "./types.mjs";

const within = (scope, names) => ({ ...scope, names: { ...scope.names, ...names } });

const itemsOf = (source, frame, scope) => {
  const value = box(source, scope, frame);
  if (value === null || Array.isArray(value)) return value;
  const ranged = evaluate("for each in source return each", { source: value }).value;
  return Array.isArray(ranged) ? ranged : [value];
};

export const typed = (value, ref, id, scope, frame) => {
  if (!ref) return value;
  const fit = coerce(value, frame.types.find(scope.ns, ref));
  if (fit !== MISMATCH) return fit;
  frame.warn(id, "TYPE_MISMATCH", ref);
  return null;
};

export const makeFunction = (definition, scope, frame, output) => {
  const { id, params, body, external } = definition;
  const names = params.map(({ name }) => name);
  return new FeelFunction((...args) => {
    if (external) {
      frame.warn(id, "UNSUPPORTED", external);
      return null;
    }
    if (args.length < params.length) {
      frame.warn(id, "FUNCTION_INVOCATION_FAILURE", names[args.length]);
      return null;
    }
    const given = {};
    for (const [index, { name, type }] of params.entries()) {
      const value = args[index] ?? null;
      const fit = coerce(value, frame.types.find(scope.ns, type));
      if (fit === MISMATCH) {
        frame.warn(id, "TYPE_MISMATCH", name);
        return null;
      }
      given[name] = fit;
    }
    const value = body ? box(body, within(scope, given), frame) : null;
    return typed(value, output ?? "", id, scope, frame);
  }, names);
};

const asFunction = (value) => {
  if (value instanceof FeelFunction) return value;
  return typeof value === "function" && value.$args ? new FeelFunction(value, value.$args) : null;
};

// Null counts as false; what is neither is a mistake of the model, never quietly false.
const truth = (value, { id }, frame) => {
  if (typeof value === "boolean" || value === null) return value === true;
  frame.warn(id, "TYPE_MISMATCH", "boolean");
  return undefined;
};

const quantified = (it, scope, frame) => {
  const items = itemsOf(it.source, frame, scope);
  const tests = items?.map((item) =>
    truth(box(it.body, within(scope, { [it.name]: item }), frame), it, frame),
  );
  return tests && !tests.includes(undefined) ? tests : null;
};

const BOXES = {
  literal: ({ id, text }, scope, frame) => frame.feel(text, scope, id),

  table: (it, scope, frame) => new Table(it, scope, frame).value(),

  context: ({ entries }, scope, frame) => {
    const result = {};
    let inner = scope;
    for (const { name, type, id, body } of entries) {
      const value = typed(box(body, inner, frame), type, id, scope, frame);
      if (!name) return value;
      result[name] = value;
      inner = within(inner, { [name]: value });
    }
    return result;
  },

  list: ({ items }, scope, frame) => items.map((item) => box(item, scope, frame)),

  relation: ({ columns, rows }, scope, frame) =>
    rows.map((row) =>
      Object.fromEntries(columns.map((name, i) => [name, box(row[i] ?? null, scope, frame)])),
    ),

  invocation: ({ id, callee, bindings }, scope, frame) => {
    const target = asFunction(box(callee, scope, frame));
    if (!target) {
      frame.warn(id, "NO_FUNCTION_FOUND", "invocation");
      return null;
    }
    const named = Object.fromEntries(
      bindings.map(({ name, type, body }) => [
        name,
        typed(box(body, scope, frame), type, id, scope, frame),
      ]),
    );
    const value = target.invoke(named);
    if (!value?.warning || !value.template) return value ?? null;
    frame.warn(id, value.warning, "invocation");
    return null;
  },

  function: (it, scope, frame) => makeFunction(it, scope, frame),

  conditional: (it, scope, frame) => {
    const test = truth(box(it.test, scope, frame), it, frame);
    return test === undefined ? null : box(test ? it.then : it.otherwise, scope, frame);
  },

  filter: (it, scope, frame) => {
    const items = itemsOf(it.source, frame, scope);
    if (items === null) return null;
    const found = items.map((item) => {
      const fields = kindOf(item) === "context" ? item : {};
      return box(it.match, within(scope, { ...fields, item }), frame);
    });
    if (typeof found[0] === "number") return items.at(found[0] > 0 ? found[0] - 1 : found[0]) ?? null;
    const tests = found.map((each) => truth(each, it, frame));
    return tests.includes(undefined) ? null : items.filter((_item, index) => tests[index]);
  },

  for: ({ name, source, body }, scope, frame) => {
    const items = itemsOf(source, frame, scope);
    if (items === null) return null;
    const partial = [];
    for (const item of items) {
      partial.push(box(body, within(scope, { [name]: item, partial: [...partial] }), frame));
    }
    return partial;
  },

  some: (it, scope, frame) => quantified(it, scope, frame)?.includes(true) ?? null,

  every: (it, scope, frame) => {
    const tests = quantified(it, scope, frame);
    return tests && !tests.includes(false);
  },

  unsupported: ({ id, name }, _scope, frame) => {
    frame.warn(id, "UNSUPPORTED", name);
    return null;
  },
};

export const box = (it, scope, frame) => {
  if (!it) return null;
  return typed(BOXES[it.kind](it, scope, frame), it.type, it.id, scope, frame);
};
