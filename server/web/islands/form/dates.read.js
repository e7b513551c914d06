// Reading and showing dates: 2026-02-26, 2026.2.26, 20260226, 2026年2月26日, with a time behind.

const DAY = /^(\d{4})(?:[-./年]\s*(\d{1,2})[-./月]\s*(\d{1,2})日?|(\d{2})(\d{2}))$/;
const TIME = /^(\d{1,2})[:：时](\d{1,2})分?$/;

export const SHAPES = {
  date: { sample: "2026-02-26", picker: "date", parts: [day] },
  time: { sample: "08:30", picker: "time", parts: [time] },
  datetime: { sample: "2026-02-26 08:30", picker: "datetime-local", parts: [day, time] },
};

/** The value as the form keeps it, null when it cannot be read. */
export function read(shape, text) {
  const words = String(text ?? "").trim().replace("T", " ").split(/\s+(?=\d{1,2}[:：时]\d)/);
  if (words.length !== shape.parts.length) return null;
  const found = shape.parts.map((part, index) => part(words[index]));
  return found.includes(null) ? null : found.join("T");
}

/** The value as people read it. */
export function shown(value) {
  return String(value ?? "").replace("T", " ");
}

/** 周四, empty for what is no date. */
export function weekday(value) {
  const date = new Date(`${day(String(value ?? "").slice(0, 10))}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? "" : `周${"日一二三四五六"[date.getUTCDay()]}`;
}

function day(text) {
  const found = DAY.exec(text);
  if (!found) return null;
  const [year, month, date] = [found[1], found[2] ?? found[4], found[3] ?? found[5]].map(Number);
  const real = new Date(Date.UTC(year, month - 1, date));
  if (real.getUTCMonth() !== month - 1 || real.getUTCDate() !== date) return null;
  return real.toISOString().slice(0, 10);
}

function time(text) {
  const found = TIME.exec(text);
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return null;
  return `${found[1].padStart(2, "0")}:${found[2].padStart(2, "0")}`;
}
