// Decision tables: which rules hit, and what the hit policy makes of them (ENGINE 5b).
import { equal, sum } from "./numbers.mjs";
import { quickTest, quickValue } from "./quick.mjs";
import { MISMATCH, allows, coerce } from "./types.mjs";

const cellOf = (box, rule, index) => rule.inputs[index] ?? { id: "", text: "-" };

export class Table {
  constructor(box, scope, frame) {
    this.box = box;
    this.scope = scope;
    this.frame = frame;
    this.inputs = box.inputs.map((clause) => this.#input(clause));
  }

  #input(clause) {
    const { frame, scope } = this;
    const value = frame.feel(clause.text, scope, clause.id);
    const fit = coerce(value, frame.types.find(scope.ns, clause.type));
    if (fit === MISMATCH || (fit !== null && clause.allowed && !allows(clause.allowed, fit))) {
      frame.warn(clause.id, "TYPE_MISMATCH", clause.text);
      return null;
    }
    return fit;
  }

  #hits(rule) {
    return this.inputs.every((value, index) => {
      const cell = cellOf(this.box, rule, index);
      const quick = quickTest(cell.text, value);
      return quick ?? this.frame.unary(cell.text, value, this.scope, cell.id);
    });
  }

  #output(text, id, clause) {
    const quick = quickValue(text);
    const value = quick === undefined ? this.frame.feel(text, this.scope, id) : quick;
    const fit = coerce(value, this.frame.types.find(this.scope.ns, clause.type));
    if (fit !== MISMATCH) return fit;
    this.frame.warn(id, "TYPE_MISMATCH", text);
    return null;
  }

  #result(texts) {
    const { outputs } = this.box;
    const found = outputs.map((clause, i) => this.#output(texts[i]?.text ?? "", texts[i]?.id, clause));
    if (outputs.length === 1) return found[0];
    return Object.fromEntries(outputs.map((clause, i) => [clause.name, found[i]]));
  }

  #default() {
    const { outputs } = this.box;
    if (outputs.every((clause) => clause.fallback === "")) return undefined;
    return this.#result(outputs.map(({ id, fallback }) => ({ id, text: fallback })));
  }

  // Under FIRST only the row that decided: the others are not asked.
  #found() {
    const { policy, rules } = this.box;
    if (policy !== "FIRST") return rules.filter((rule) => this.#hits(rule));
    const first = rules.find((rule) => this.#hits(rule));
    return first ? [first] : [];
  }

  value() {
    const hit = this.#found();
    this.frame.hit(this.scope.node, hit);
    const policy = POLICIES[this.box.policy];
    if (!policy) {
      this.frame.fault(this.scope.node, this.box, "UNKNOWN_POLICY", []);
      return null;
    }
    if (hit.length === 0) {
      const fallback = this.#default();
      if (fallback !== undefined) return fallback;
      return this.box.aggregation === "COUNT" && this.box.policy === "COLLECT" ? 0 : null;
    }
    return policy(this, hit);
  }

  one(rule) {
    return this.#result(rule.outputs);
  }

  fault(kind, rules) {
    this.frame.fault(this.scope.node, this.box, kind, rules);
    return null;
  }

  // Hits in the order of the declared output values, the first output weighing most.
  ranked(rules) {
    const ranks = this.box.outputs.map(({ allowed }) => this.#values(allowed));
    const results = rules.map((rule) => this.one(rule));
    const key = (result) =>
      this.box.outputs.map(({ name }, i) => {
        const value = this.box.outputs.length === 1 ? result : result[name];
        const rank = ranks[i].findIndex((each) => equal(each, value));
        return rank < 0 ? ranks[i].length : rank;
      });
    const keyed = results.map((result) => [key(result), result]);
    return keyed.sort(([a], [b]) => compare(a, b)).map(([, result]) => result);
  }

  #values(text) {
    const found = text ? this.frame.feel(`[${text}]`, this.scope, this.box.id) : [];
    return Array.isArray(found) ? found : [];
  }
}

const compare = (a, b) => {
  const index = a.findIndex((each, i) => each !== b[i]);
  return index < 0 ? 0 : a[index] - b[index];
};

const numbers = (table, hit) => {
  const values = hit.map((rule) => table.one(rule));
  const usable = table.box.outputs.length === 1 && values.every((v) => typeof v === "number");
  return usable ? values : table.fault("NOT_NUMBERS", hit);
};

const AGGREGATES = {
  SUM: (table, hit) => {
    const values = numbers(table, hit);
    return values && sum(values);
  },
  MIN: (table, hit) => {
    const values = numbers(table, hit);
    return values && Math.min(...values);
  },
  MAX: (table, hit) => {
    const values = numbers(table, hit);
    return values && Math.max(...values);
  },
  COUNT: (_table, hit) => hit.length,
};

const POLICIES = {
  UNIQUE: (table, hit) => (hit.length > 1 ? table.fault("NOT_UNIQUE", hit) : table.one(hit[0])),
  ANY: (table, hit) => {
    const [first, ...others] = hit.map((rule) => table.one(rule));
    return others.every((each) => equal(each, first)) ? first : table.fault("NOT_ANY", hit);
  },
  FIRST: (table, hit) => table.one(hit[0]),
  PRIORITY: (table, hit) => table.ranked(hit)[0],
  "OUTPUT ORDER": (table, hit) => table.ranked(hit),
  "RULE ORDER": (table, hit) => hit.map((rule) => table.one(rule)),
  COLLECT: (table, hit) =>
    table.box.aggregation
      ? AGGREGATES[table.box.aggregation](table, hit)
      : hit.map((rule) => table.one(rule)),
};
