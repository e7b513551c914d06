// Parts of pages: what is announced and where the focus goes after a swap.
import { newKey } from "./keyed.js";
import { release } from "./submits.js";

/** Say something to a screen reader without moving the focus. */
export function announce(text) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  // a text that is the same as before is only read when it was gone in between
  requestAnimationFrame(() => (live.textContent = text));
}

export function startParts(htmx) {
  htmx.config.scrollBehavior = "instant";
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["Idempotency-Key"] = newKey();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) release(form);
    if (!event.detail.failed && event.detail.xhr?.status) return;
    if (!event.detail.successful) announce(words(event.detail.xhr?.status ?? 0));
  });
  document.body.addEventListener("htmx:afterSettle", (event) => settled(event.detail.target));
}

function words(status) {
  if (status === 403) return "您没有权限做这件事";
  if (status === 404) return "没有找到该内容，或者您无权查看";
  if (status === 429) return "操作过于频繁，请稍后再试";
  if (status === 503 || status === 507) return "暂时不能使用，没有办成；页面上的内容还在，请稍后再试";
  if (status === 0) return "没有连上服务器，填写的内容还在，请稍后重试";
  return "没有成功，请刷新页面后重试";
}

function settled(target) {
  if (!target?.isConnected) return;
  const errors = target.querySelector(".errors");
  if (errors) {
    errors.focus();
    return;
  }
  const spoken = target.querySelector("[data-announce]") ?? target.querySelector("h1, h2");
  if (spoken) announce(spoken.dataset.announce ?? spoken.textContent.trim());
  // the element that had the focus may be gone with the old part
  if (document.activeElement === document.body || document.activeElement === null) {
    const heading = target.matches("h1, h2") ? target : target.querySelector("h1, h2");
    (heading ?? target).setAttribute("tabindex", "-1");
    (heading ?? target).focus({ preventScroll: true });
  }
}
