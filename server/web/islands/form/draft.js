// The draft goes to the server two seconds after the last change, and on leaving.
import { failure, post } from "./wire.js";

const WAIT = 2000;

export function startDraft(island, plain, form) {
  const place = document.querySelector("[data-saved]");
  let timer = 0;
  let isDirty = false;
  let isOver = false;
  // drawing the form changes it too: only what differs from what was drawn or kept is a draft
  let kept = typed();

  form.on("changed", later);
  document.querySelector("[data-save]")?.addEventListener("click", (event) => {
    event.preventDefault();
    save();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && isDirty) save();
  });
  island.addEventListener("sent", () => {
    clearTimeout(timer);
    isDirty = false;
    isOver = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });

  function later() {
    clearTimeout(timer);
    isDirty = !isOver && typed() !== kept;
    if (!isDirty) return;
    timer = setTimeout(save, WAIT);
  }

  async function save() {
    clearTimeout(timer);
    if (isOver || plain.getAttribute("aria-busy") === "true") return;
    isDirty = false;
    const sent = typed();
    try {
      const answer = await post(plain, island.dataset.draft, { variables: JSON.parse(sent) });
      if (answer.ok) {
        kept = sent;
        tell(`已自动保存 ${(await answer.json()).at}`);
      } else refused(await failure(answer));
    } catch {
      isDirty = true;
      tell("没有连上服务器，还没有保存，请不要关闭本页");
    }
  }

  // somebody else has the task now: what was typed stays on the page, to be copied
  function refused({ status, detail }) {
    isDirty = true;
    if (status === 401) tell("登录已经过期，还没有保存；在新窗口登录后会自动保存");
    else tell(`没有保存：${detail}`);
    if (status === 401) timer = setTimeout(save, 15 * WAIT);
  }

  function typed() {
    return JSON.stringify(form._getSubmitData());
  }

  function tell(text) {
    if (place) place.textContent = text;
  }
}
