// A decision of a requirements graph: each node once per request, everything in one call.
import { FeelFunction, evaluate, unaryTest } from "feelin";
import { box, makeFunction, typed } from "./boxes.mjs";
import { MISMATCH, Types, coerce, incoming, revive } from "./types.mjs";
import { clock, plain } from "./values.mjs";

const MODELS = 64;
const models = new Map();

const PATH = /^(?:(not)\s*\()?\s*(?!true\b|false\b|null\b)([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]+)*)\s*\)?$/u;

class Frame {
  #values = new Map();

  constructor(request, given = null) {
    this.request = request;
    this.types = request.types;
    this.given = given;
  }

  warn(element, kind, text) {
    this.request.warnings.push([element ?? "", `${kind}: ${text}`]);
  }

  fault(node, table, kind, rules) {
    this.request.faults.push([node, kind, rules.map((rule) => [rule.id, rule.number])]);
  }

  hit(node, rules) {
    (this.request.hits[node] ??= []).push(...rules.map(({ id }) => id));
  }

  feel(text, scope, element) {
    if (text.trim() === "") return null;
    return this.#settle(element, () => evaluate(text, scope.names));
  }

  unary(text, value, scope, element) {
    if (typeof value === "boolean") {
      // feelin takes a boolean variable as the answer; a cell that names one means "equals it"
      const [, negated, path] = PATH.exec(text) ?? [];
      if (path) return (this.feel(path, scope, element) === value) !== Boolean(negated);
    }
    const names = { ...scope.names, "?": value };
    return this.#settle(element, () => unaryTest(text, names)) === true;
  }

  #settle(element, ask) {
    try {
      const { value, warnings } = ask();
      for (const { type, message } of warnings) this.warn(element, type, message);
      return value ?? null;
    } catch (failure) {
      this.warn(element, "FAILED", failure.message);
      return null;
    }
  }

  value(key) {
    if (!this.#values.has(key)) this.#values.set(key, this.#make(key));
    return this.#values.get(key);
  }

  #make(key) {
    const node = this.request.nodes[key];
    if (this.given && Object.hasOwn(this.given, key)) return this.given[key];
    return MAKERS[node.kind](node, this, key);
  }

  // What the logic of a node may name: exactly what it requires, and the clock.
  scope(node, key) {
    const names = { ...this.request.clock };
    for (const required of node.requires) {
      const other = this.request.nodes[required];
      const into = this.#place(names, node.ns, other.ns);
      into[other.name] = this.value(required);
    }
    return { ns: node.ns, node: key, names };
  }

  #place(names, from, to) {
    if (from === to) return names;
    const alias = this.request.models[from].imports.find(({ namespace }) => namespace === to)?.name;
    return alias ? (names[alias] ??= {}) : names;
  }
}

const MAKERS = {
  input: (node, frame) => {
    if (frame.given) return null;
    const type = frame.types.find(node.ns, node.type);
    const value = incoming(frame.request.input(node), type);
    const fit = coerce(value, type);
    if (fit !== MISMATCH) return fit;
    frame.warn(node.id, "TYPE_MISMATCH", node.name);
    return null;
  },

  decision: (node, frame, key) => {
    const scope = frame.scope(node, key);
    return typed(box(node.body, scope, frame), node.type, node.id, scope, frame);
  },

  bkm: (node, frame, key) => {
    const scope = frame.scope(node, key);
    if (!node.body) return null;
    const output = frame.types.find(node.ns, node.type);
    const made = makeFunction(node.body, scope, frame);
    if (output.kind !== "function") return made;
    return new FeelFunction((...args) => {
      const fit = coerce(made.invoke(args), output.output);
      return fit === MISMATCH ? null : fit;
    }, made.parameterNames);
  },

  service: (node, frame) => {
    const inputs = node.inputs.map((key) => [key, frame.request.nodes[key]]);
    return new FeelFunction(
      (...args) => {
        const given = {};
        for (const [index, [key, input]] of inputs.entries()) {
          const missing = index >= args.length;
          const type = frame.types.find(input.ns, input.type);
          const fit = missing ? MISMATCH : coerce(args[index], type);
          if (fit === MISMATCH) {
            frame.warn(node.id, "TYPE_MISMATCH", input.name);
            return null;
          }
          given[key] = fit;
        }
        return answer(node, new Frame(frame.request, given));
      },
      inputs.map(([, input]) => input.name),
    );
  },
};

// One output decision is the answer itself, several are a context of them.
const answer = (node, frame) => {
  const found = node.outputs.map((key) => [frame.request.nodes[key].name, frame.value(key)]);
  const value = found.length === 1 ? found[0][1] : Object.fromEntries(found);
  const type = frame.types.find(node.ns, node.type);
  const fit = coerce(value, type.kind === "function" ? type.output : type);
  return fit === MISMATCH ? null : fit;
};

const invoke = (key, request) => {
  const node = request.nodes[key];
  const frame = new Frame(request);
  if (node.kind === "bkm" || node.kind === "service") {
    const made = frame.value(key);
    const args = made.parameterNames.map((name) => request.inputs[name] ?? null);
    const types = (node.inputs ?? []).map((each) => request.nodes[each]);
    return made.invoke(
      args.map((value, i) =>
        types[i] ? incoming(value, request.types.find(types[i].ns, types[i].type)) : value,
      ),
    );
  }
  return frame.value(key);
};

const remember = (hash, model) => {
  if (models.size >= MODELS) models.delete(models.keys().next().value);
  models.set(hash, { ...model, types: new Types(model.models) });
};

// A model is sent once and then named by its hash; `null` asks for it again.
export const decide = ({ hash, model, key, inputs, now }) => {
  if (model) remember(hash, model);
  const known = models.get(hash);
  if (!known) return null;
  const warnings = [];
  const all = revive(inputs, (text) => warnings.push(["", `TYPE_MISMATCH: ${text}`]));
  const request = { ...known, inputs: all, clock: clock(now), warnings, faults: [], hits: {} };
  request.input = ({ ns, id, name, label }) => {
    for (const each of [name, label, id]) if (Object.hasOwn(all, each)) return all[each];
    const alias = known.aliases[ns];
    return (alias && all[alias]?.[name]) ?? null;
  };
  const value = invoke(key, request);
  const { faults, hits } = request;
  return { value: settled(value, key, warnings), warnings, faults, hits };
};

const settled = (value, key, warnings) => {
  try {
    return plain(value);
  } catch (failure) {
    warnings.push([key, `NOT_STORABLE: ${failure.message}`]);
    return null;
  }
};
