// Plain cells without the parser: most cells are a text, a number or a dash, and a table of
// 2,000 rules would not fit into half a second otherwise. Anything else is left to feelin
// (undefined); a test compares both ways over random cells.

const STRINGS = /^"[^"\\]*"(?:\s*,\s*"[^"\\]*")*$/;
const STRING = /"([^"\\]*)"/g;
const NUMBER = /^-?\d{1,15}(?:\.\d{1,6})?$/;
const COMPARED = /^(<=|>=|<|>)\s*(-?\d{1,15}(?:\.\d{1,6})?)$/;
const NEGATED = /^not\s*\(([^()]*)\)$/;
const CONSTANTS = { true: true, false: false, null: null };

const stringsOf = (text) => new Set([...text.matchAll(STRING)].map((match) => match[1]));

const ORDER = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

const ofType = (type, test) => (value) => (typeof value === type ? test(value) : undefined);

const compile = (text) => {
  if (text === "" || text === "-") return () => true;
  if (STRINGS.test(text)) {
    const set = stringsOf(text);
    return ofType("string", (value) => set.has(value));
  }
  const negated = NEGATED.exec(text)?.[1].trim();
  if (negated && STRINGS.test(negated)) {
    const set = stringsOf(negated);
    return ofType("string", (value) => !set.has(value));
  }
  if (NUMBER.test(text)) {
    const number = Number(text);
    return ofType("number", (value) => value === number);
  }
  const compared = COMPARED.exec(text);
  if (compared) {
    const number = Number(compared[2]);
    return ofType("number", (value) => ORDER[compared[1]](value, number));
  }
  if (text === "true" || text === "false") return ofType("boolean", (value) => String(value) === text);
  return () => undefined;
};

const tests = new Map();
const MOST = 20_000;

export const quickTest = (text, value) => {
  let test = tests.get(text);
  if (!test) {
    test = compile(text);
    if (tests.size >= MOST) tests.clear();
    tests.set(text, test);
  }
  return test(value);
};

export const quickValue = (text) => {
  if (text === "" || text === "-") return null;
  if (Object.hasOwn(CONSTANTS, text)) return CONSTANTS[text];
  if (NUMBER.test(text)) return Number(text);
  return STRINGS.test(text) && !text.slice(1, -1).includes('"') ? text.slice(1, -1) : undefined;
};
