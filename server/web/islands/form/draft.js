// The draft goes to the server two seconds after the last change, and on leaving.
import { post } from "./wire.js";

const WAIT = 2000;

export function startDraft(island, plain, form) {
  const place = plain.querySelector("[data-saved]");
  let timer = 0;
  let isDirty = false;

  form.on("field.updated", () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && isDirty) save();
  });
  island.addEventListener("sent", () => {
    clearTimeout(timer);
    isDirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });

  async function save() {
    clearTimeout(timer);
    isDirty = false;
    try {
      const answer = await post(plain, island.dataset.draft, { variables: form._getSubmitData() });
      if (!answer.ok) throw new Error(`${answer.status}`);
      tell(`已自动保存 ${clock()}`);
    } catch {
      isDirty = true;
      tell("还没有保存，请不要关闭本页");
    }
  }

  function tell(text) {
    if (place) place.textContent = text;
  }
}

function clock() {
  return new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" }).format(new Date());
}
