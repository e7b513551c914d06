// Talking to the server from a page of the studio: the token of the page, and what a refusal says.
import { newKey } from "../keyed.js";
import { failure } from "../form/wire.js";

/** GET JSON; throws an Error with {status, detail} when it is refused. */
export async function get(address) {
  return read(await fetch(address, { headers: { Accept: "application/json" } }));
}

/** POST JSON; the answer as it is. A token that is out of date is fetched once more. */
export async function post(address, body, options = {}) {
  const answer = await send(address, body, options);
  return answer.status === 400 && (await renew()) ? send(address, body, options) : answer;
}

/** The document of an answer; throws an Error with {status, detail, problems}. */
export async function read(answer) {
  if (answer.ok) return answer.json();
  const refusal = await failure(answer);
  throw Object.assign(new Error(refusal.detail), refusal);
}

function send(address, body, options) {
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/json",
    "X-CSRFToken": headersOf(document.body)["X-CSRFToken"] ?? "",
    "Idempotency-Key": newKey(),
  };
  return fetch(address, { method: "POST", headers, body: JSON.stringify(body), ...options });
}

/** Whoever signed in again in another window has another token; this page goes on with it. */
async function renew() {
  const page = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
  if (!page.ok) return false;
  const { body } = new DOMParser().parseFromString(await page.text(), "text/html");
  const found = headersOf(body);
  if (!found["X-CSRFToken"]) return false;
  document.body.setAttribute("hx-headers", JSON.stringify(found));
  return true;
}

/** What htmx sends with each request (layouts/page.html): the token stands there once. */
function headersOf(body) {
  return JSON.parse(body.getAttribute("hx-headers") ?? "{}");
}
