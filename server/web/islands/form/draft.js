// The draft goes to the server two seconds after the last change, and on leaving.
// Two windows do not overwrite each other: each says which draft it typed over (mark), and the one
// that comes late keeps its text on the page until its writer says which of the two it shall be.
import { failure, post } from "./wire.js";

const WAIT = 2000;

export function startDraft(island, plain, form, mark) {
  const place = document.querySelector("[data-saved]");
  let timer = 0;
  let isDirty = false;
  let isOver = false;
  let isLate = false;
  // drawing the form changes it too: only what differs from what was drawn or kept is a draft
  let kept = typed();

  form.on("changed", later);
  document.querySelector("[data-save]")?.addEventListener("click", (event) => {
    event.preventDefault();
    if (!isLate) save();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && isDirty && !isLate) save();
  });
  window.addEventListener("online", () => {
    if (isDirty && !isLate) save();
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
    if (!isDirty || isLate) return;
    timer = setTimeout(save, WAIT);
  }

  async function save() {
    clearTimeout(timer);
    if (isOver || plain.getAttribute("aria-busy") === "true") return;
    isDirty = false;
    const sent = typed();
    try {
      const answer = await post(plain, island.dataset.draft, { variables: JSON.parse(sent), draft: mark });
      if (answer.ok) {
        kept = sent;
        const { at, draft } = await answer.json();
        mark = draft;
        tell(`已自动保存 ${at}`);
      } else refused(await failure(answer));
    } catch {
      isDirty = true;
      tell("没有连上服务器，还没有保存，请不要关闭本页；连上后会自动保存");
      timer = setTimeout(save, 15 * WAIT);
    }
  }

  // somebody else has the task now: what was typed stays on the page, to be copied
  function refused({ status, detail, type }) {
    isDirty = true;
    if (type?.endsWith("draft_overwritten")) {
      late(detail);
      return;
    }
    if (status === 401) tell("登录已经过期，还没有保存；在新窗口登录后会自动保存");
    else tell(`没有保存：${detail}`);
    if (status === 401) timer = setTimeout(save, 15 * WAIT);
  }

  // the other window's text is kept on the server, this one's on the page
  function late(detail) {
    isLate = true;
    tell(detail);
    place?.append(
      choice("用这里的内容覆盖", async () => {
        const answer = await fetch(island.dataset.src, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        mark = (await answer.json()).draft;
        isLate = false;
        save();
      }),
      choice("改用另一窗口的内容", () => {
        isDirty = false;
        location.reload();
      }),
    );
  }

  function choice(words, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link";
    button.textContent = words;
    button.addEventListener("click", act);
    return button;
  }

  function typed() {
    return JSON.stringify(form._getSubmitData());
  }

  function tell(text) {
    if (place) place.textContent = text;
  }
}
