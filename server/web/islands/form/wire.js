// Talking to the server: the token of the page, and what a refusal says.

import { newKey } from "../keyed.js";

/** The token against forgery that the plain form carries. */
export function token(plain) {
  return plain.querySelector('input[name="csrf_token"]')?.value ?? "";
}

/** A refusal as {status, detail, problems, type}, whatever came back. */
export async function failure(answer) {
  let document = {};
  try {
    document = await answer.json();
  } catch {
    // no document: the number has to do
  }
  return { status: answer.status, detail: document.detail ?? words(answer.status), problems: document.problems ?? [], type: document.type ?? "" };
}

function words(status) {
  if (status === 413) return "文件过大";
  if (status === 429) return "操作过于频繁，请稍后再试";
  return "没有成功，请稍后重试";
}

/** POST JSON with everything the server asks for. */
export async function post(plain, address, body, key = newKey()) {
  const answer = await send(plain, address, body, key);
  return answer.status === 400 && (await renew(plain)) ? send(plain, address, body, key) : answer;
}

function send(plain, address, body, key) {
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/json",
    "X-CSRFToken": token(plain),
    "Idempotency-Key": key,
  };
  return fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Whoever signed in again in another window has another token; this page goes on with it. */
async function renew(plain) {
  const page = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
  const found = page.ok && new DOMParser().parseFromString(await page.text(), "text/html").querySelector('input[name="csrf_token"]');
  if (found) plain.querySelector('input[name="csrf_token"]').value = found.value;
  return Boolean(found);
}
