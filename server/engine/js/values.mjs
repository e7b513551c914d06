// Values of expressions and unary tests, in batches; one bad expression does not hide the others.
import {
  FeelFunction,
  FeelRange,
  dateAndTime,
  duration,
  evaluate,
  parseDate,
  parseTime,
  unaryTest,
} from "feelin";

const READ = { date: parseDate, dateTime: dateAndTime, time: parseTime, duration };

const refused = (name) =>
  Object.assign(
    () => {
      throw new Error(`REFUSED ${name}`);
    },
    { $args: [] },
  );

const answering = (value) => Object.assign(() => value, { $args: [] });

// The clock of the command, never the isolate's: an expression gives the same answer tomorrow.
export const clock = (now) => {
  const moment = now ? dateAndTime(now) : null;
  return {
    now: moment ? answering(moment) : refused("now"),
    today: moment ? answering(parseDate(now.slice(0, 10))) : refused("today"),
  };
};

// JSON has no dates: a variable declared as one becomes one here, or is reported as unreadable.
const convert = (context, types) => {
  const unreadable = [];
  const typed = { ...context };
  for (const [name, type] of Object.entries(types ?? {})) {
    if (!Object.hasOwn(context, name) || context[name] === null) continue;
    const read = (value) => (typeof value === "string" ? READ[type]?.(value) : null) ?? null;
    const value = context[name];
    const found = Array.isArray(value) ? value.map(read) : read(value);
    if (found === null || (Array.isArray(found) && found.includes(null))) unreadable.push(name);
    typed[name] = found;
  }
  return [typed, unreadable];
};

class NotPlain extends Error {}

// Only what JSON can hold leaves: dates as ISO text, never a range, a function or a NaN (EX-3).
export const plain = (value) => {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new NotPlain("number");
    return value;
  }
  if (typeof value === "function" || value instanceof FeelFunction) throw new NotPlain("function");
  if (value instanceof FeelRange) throw new NotPlain("range");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || typeof value.toJSON === "function") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
};

const settle = (ask) => {
  try {
    const { value, warnings } = ask();
    return [plain(value), warnings.map(({ type, message }) => `${type}: ${message}`)];
  } catch (failure) {
    const kind = failure instanceof NotPlain ? "NOT_STORABLE" : "FAILED";
    return [null, [`${kind}: ${failure.message}`]];
  }
};

export const values = ({ list, context, types, now }) => {
  const [typed, unreadable] = convert(context, types);
  const all = { ...typed, ...clock(now) };
  return [list.map((text) => settle(() => evaluate(text, all))), unreadable];
};

export const unaryTests = ({ list, context, types, now }) => {
  const [typed, unreadable] = convert(context, types);
  const all = { ...typed, ...clock(now) };
  return [
    list.map(([text, input]) => settle(() => unaryTest(text, { ...all, "?": input }))),
    unreadable,
  ];
};
