// Types of a decision model: JSON into FEEL values, and the conformance rules of DMN 10.3.2.9.
import {
  FeelDate,
  FeelDateTime,
  FeelDuration,
  FeelFunction,
  FeelRange,
  FeelTime,
  dateAndTime,
  duration,
  evaluate,
  parseDate,
  parseTime,
  unaryTest,
} from "feelin";

const BASIC = {
  any: "any",
  boolean: "boolean",
  context: "context",
  date: "date",
  "date and time": "dateTime",
  datetime: "dateTime",
  "days and time duration": "dayTime",
  daytimeduration: "dayTime",
  duration: "duration",
  function: "function",
  list: "list",
  number: "number",
  range: "range",
  string: "string",
  time: "time",
  "years and months duration": "yearMonth",
  yearmonthduration: "yearMonth",
};

const READ = {
  date: parseDate,
  dateTime: dateAndTime,
  time: parseTime,
  dayTime: duration,
  yearMonth: duration,
  duration,
};

const ANY = { kind: "any" };
export const MISMATCH = Symbol("mismatch");

export const kindOf = (value) => {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "list";
  if (value instanceof FeelDate) return "date";
  if (value instanceof FeelDateTime) return "dateTime";
  if (value instanceof FeelTime) return "time";
  if (value instanceof FeelDuration) return value.yearsMonths ? "yearMonth" : "dayTime";
  if (value instanceof FeelFunction) return "function";
  if (value instanceof FeelRange) return "range";
  return typeof value === "object" ? "context" : typeof value;
};

const mapped = (value, change) =>
  Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, change(entry)]));

// Dates that Python knows as dates cross as {"@": [type, text]}; `unreadable` gets what is none.
export const revive = (value, unreadable) => {
  const again = (each) => revive(each, unreadable);
  if (Array.isArray(value)) return value.map(again);
  if (value === null || typeof value !== "object") return value;
  if (!Object.hasOwn(value, "@")) return mapped(value, again);
  const [kind, content] = value["@"];
  if (kind === "context") return mapped(content, again);
  const read = READ[kind]?.(content) ?? null;
  if (read === null) unreadable(content);
  return read;
};

export class Types {
  #models;
  #known = new Map();

  constructor(models) {
    this.#models = models;
  }

  // The type that `ref` names in the model `ns`; unknown names are Any, the checker reports them.
  find(ns, ref) {
    if (!ref) return ANY;
    const key = `${ns}|${ref}`;
    if (!this.#known.has(key)) {
      this.#known.set(key, ANY);
      Object.assign(this.#replace(key), this.#look(ns, ref));
    }
    return this.#known.get(key);
  }

  // A placeholder first, so that a type that names itself ends.
  #replace(key) {
    const made = {};
    this.#known.set(key, made);
    return made;
  }

  #look(ns, ref) {
    const model = this.#models[ns];
    const own = model.types.find((each) => each.name === ref);
    if (own) return this.#build(ns, own);
    for (const { name, namespace } of model.imports) {
      const prefix = name ? `${name}.` : "";
      if (ref.startsWith(prefix) && this.#models[namespace]) {
        const rest = ref.slice(prefix.length);
        const other = this.#models[namespace].types.find((each) => each.name === rest);
        if (other) return this.#build(namespace, other);
      }
    }
    const basic = BASIC[ref.replace(/^[\w.-]+:/, "").toLowerCase()];
    return basic && basic !== "any" ? { kind: "basic", name: basic } : ANY;
  }

  #build(ns, item) {
    const plain = this.#content(ns, item);
    if (!item.collection) return { ...plain, allowed: item.allowed, constraint: item.constraint };
    const element = { ...plain, allowed: item.allowed };
    return { kind: "list", of: element, constraint: item.constraint };
  }

  #content(ns, item) {
    if (item.function) return { kind: "function", output: this.find(ns, item.output) };
    if (!item.components.length) return this.find(ns, item.base);
    const parts = item.components.map((part) => [part.name, this.#build(ns, part)]);
    return { kind: "context", parts };
  }
}

const BASES = { duration: new Set(["dayTime", "yearMonth"]) };

const conforms = (value, type) => {
  const kind = kindOf(value);
  if (kind === "null") return true;
  if (type.allowed && !allows(type.allowed, value)) return false;
  if (type.constraint && !allows(type.constraint, value)) return false;
  switch (type.kind) {
    case "basic":
      return kind === type.name || (BASES[type.name]?.has(kind) ?? false);
    case "list":
      return kind === "list" && value.every((item) => conforms(item, type.of));
    case "context":
      return kind === "context" && type.parts.every(([name, part]) => holds(value, name, part));
    case "function":
      return kind === "function";
    default:
      return true;
  }
};

const holds = (value, name, part) => Object.hasOwn(value, name) && conforms(value[name], part);

// Allowed values are unary tests; a range or list of plain values is the common case.
export const allows = (tests, value) => {
  try {
    return unaryTest(tests, { "?": value }).value === true;
  } catch {
    return false;
  }
};

// The value as `type`, or MISMATCH: singleton lists open and close, a date becomes a moment.
export const coerce = (value, type) => {
  if (value === null || value === undefined) return null;
  if (conforms(value, type)) return value;
  if (type.kind === "list" && !Array.isArray(value)) {
    const single = coerce(value, type.of);
    return single === MISMATCH ? MISMATCH : [single];
  }
  if (Array.isArray(value) && value.length === 1 && type.kind !== "list") {
    return conforms(value[0], type) ? value[0] : MISMATCH;
  }
  if (type.kind === "basic" && type.name === "dateTime" && kindOf(value) === "date") {
    return evaluate('date and time(d, time("00:00:00Z"))', { d: value }).value;
  }
  return MISMATCH;
};

// JSON has no dates and no decimals: a text becomes what the model declares (ENGINE 5a).
export const incoming = (value, type) => {
  if (Array.isArray(value)) {
    return value.map((item) => incoming(item, type.kind === "list" ? type.of : type));
  }
  if (type.kind === "list") return incoming(value, type.of);
  if (type.kind === "context" && kindOf(value) === "context") {
    const parts = new Map(type.parts);
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, incoming(entry, parts.get(key) ?? ANY)]),
    );
  }
  if (typeof value !== "string" || type.kind !== "basic") return value;
  if (type.name === "number" && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return READ[type.name]?.(value) ?? value;
};
