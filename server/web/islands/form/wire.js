// Talking to the server: the token of the page, and what a refusal says.

import { newKey } from "../keyed.js";

/** The token against forgery that the plain form carries. */
export function token(plain) {
  return plain.querySelector('input[name="csrf_token"]')?.value ?? "";
}

/** A refusal as {status, detail, problems}, whatever came back. */
export async function failure(answer) {
  let document = {};
  try {
    document = await answer.json();
  } catch {
    // no document: the number has to do
  }
  return { status: answer.status, detail: document.detail ?? words(answer.status), problems: document.problems ?? [] };
}

function words(status) {
  if (status === 413) return "文件过大";
  if (status === 429) return "操作过于频繁，请稍后再试";
  return "没有成功，请稍后重试";
}

/** POST JSON with everything the server asks for. */
export function post(plain, address, body, key = newKey()) {
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/json",
    "X-CSRFToken": token(plain),
    "Idempotency-Key": key,
  };
  return fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
}
