// The only function the isolate offers: one JSON text in, one JSON text out (SECURITY EX-3).
// No host function is ever registered, and what could make code out of text is removed below.
import { decide } from "./js/decide.mjs";
import { parse } from "./js/names.mjs";
import { unaryTests, values } from "./js/values.mjs";

const MOST = 64 * 1024;
const ACTS = { decide, parse, unaryTests, values };

const feel = (text) => {
  const { act, ...request } = JSON.parse(text);
  const answer = JSON.stringify(ACTS[act](request));
  return answer.length > MOST ? '"SIZE"' : answer;
};

// What the bundle and plain data need; everything else goes (EX-2).
const KEPT = new Set(
  (
    "Array ArrayBuffer BigInt Boolean DataView Date Error EvalError Float64Array Infinity Int32Array " +
    "Intl JSON Map Math NaN Number Object Promise RangeError ReferenceError Reflect RegExp Set String " +
    "Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array WeakMap WeakSet " +
    "globalThis isFinite isNaN parseFloat parseInt undefined"
  ).split(" "),
);
for (const name of Object.getOwnPropertyNames(globalThis)) {
  if (!KEPT.has(name) && !Reflect.deleteProperty(globalThis, name)) globalThis[name] = undefined;
}
for (const made of [() => 0, async () => 0, function* () {}, async function* () {}]) {
  delete Object.getPrototypeOf(made).constructor;
}
delete Object.prototype.__proto__;
delete Math.random;
Object.defineProperty(globalThis, "feel", { value: feel });
