// What is drawn goes to the server a second after the last change, and on leaving.
//
//   const file = await load(src);                        // {path, content, revision, …}
//   … draw file.content …
//   const kept = await autosave({ src, revision: file.revision, getContent, onConflictContent, status });
//   editor.on("changed", kept.changed);                  // cheap: call it for every change
//
// getContent() gives the text to be stored, or a promise of it; what it gives at the start counts
// as stored, so that opening a file never changes it. onConflictContent(text) draws another text in
// its place. status is the element that says how it stands; its data-state is saved, changed,
// saving, unsaved, refused, conflict or expired. kept.save() stores at once (Ctrl+S does),
// kept.isSaved() says whether all is on the server, kept.stop() ends it.
import { announce } from "../parts.js";
import { conflict } from "./conflict.js";
import { get, post, read } from "./wire.js";

/** After the last change. */
const WAIT = 1000;
/** Between two attempts without an answer: doubled each time. */
const FIRST = 2000;
const LONGEST = 30_000;
/** What a browser still sends of a page that is being left. */
const LAST_BYTES = 60_000;
/** Refusals that pass by themselves. */
const PASSING = [408, 425, 429, 500, 502, 503, 504, 507];

/** The file as it is stored now. */
export function load(src) {
  return get(src);
}

export async function autosave({ src, revision, getContent, onConflictContent, status }) {
  let timer = 0;
  let pause = FIRST;
  let running = null;
  // opening a file may write it in another way than it was: that alone is no change
  let stored = await getContent();
  // set while somebody else's text waits for a decision
  let isAsked = false;
  let isDirty = false;
  const ends = new AbortController();
  const listens = { signal: ends.signal };

  document.addEventListener("visibilitychange", () => document.hidden && isDirty && save(), listens);
  window.addEventListener("pagehide", last, listens);
  window.addEventListener("online", () => isDirty && save(), listens);
  window.addEventListener("beforeunload", (event) => (isDirty || running) && event.preventDefault(), listens);
  document.addEventListener("keydown", onKey, listens);
  return { changed, save, isSaved: () => !isDirty && !running, stop };

  function changed() {
    isDirty = true;
    if (isAsked) return;
    if (!["unsaved", "expired"].includes(status?.dataset.state)) tell("changed", "有改动，即将保存");
    again(WAIT);
  }

  function again(after) {
    clearTimeout(timer);
    timer = setTimeout(save, after);
  }

  /** One request at a time: what changes meanwhile goes with the next. */
  async function save() {
    clearTimeout(timer);
    if (isAsked) return;
    if (running) {
      await running;
      if (!isDirty || isAsked) return;
    }
    running = attempt();
    try {
      await running;
    } finally {
      running = null;
    }
  }

  async function attempt() {
    const content = await getContent();
    if (content === stored) {
      isDirty = false;
      if (status?.dataset.state === "changed") tell("saved", "没有改动");
      return;
    }
    isDirty = false;
    if (status?.dataset.state !== "unsaved") tell("saving", "正在保存");
    let answer;
    try {
      answer = await post(src, { content, revision });
      if (answer.status === 409) theirs(await answer.json(), content);
      else done(content, await read(answer));
    } catch (error) {
      isDirty = true;
      failed(answer ? error : { status: 0 });
    }
  }

  function done(content, answer) {
    revision = answer.revision;
    stored = content;
    pause = FIRST;
    if (isDirty) again(WAIT);
    else tell("saved", `已自动保存 ${answer.saved_at}`);
  }

  function failed({ status: number, detail }) {
    if (number === 401) expired();
    else if (number === 0 || PASSING.includes(number)) {
      tell("unsaved", "没有保存上，正在重试；请不要关闭本页");
    } else {
      // it would be refused again as it is: the next change tries anew
      tell("refused", `没有保存：${detail}`);
      return;
    }
    again(pause);
    pause = Math.min(pause * 2, LONGEST);
  }

  function expired() {
    tell("expired", "登录已经过期，还没有保存；");
    const link = document.createElement("a");
    Object.assign(link, { href: "/sign-in", target: "_blank", textContent: "在新窗口登录" });
    status?.append(link, "后会自动保存");
  }

  /** Somebody else stored in between; or our own answer got lost on the way. */
  async function theirs(found, mine) {
    if (found.content === mine) {
      done(mine, { revision: found.revision, saved_at: found.at });
      return;
    }
    isAsked = true;
    isDirty = true;
    tell("conflict", `没有保存：${found.by}在${found.at}也改了这份文件`);
    const chosen = await conflict(found, getContent, src);
    isAsked = false;
    revision = found.revision;
    stored = found.content;
    if (chosen === "mine") {
      save();
      return;
    }
    await onConflictContent(found.content);
    stored = await getContent();
    isDirty = false;
    clearTimeout(timer);
    tell("saved", `已改用${found.by}的内容`);
  }

  /** The page is being left: what is small enough still goes off. */
  async function last() {
    if (!isDirty || isAsked) return;
    const content = await getContent();
    if (content === stored || new Blob([content]).size > LAST_BYTES) return;
    post(src, { content, revision }, { keepalive: true }).catch(() => {});
  }

  function onKey(event) {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    save();
  }

  function stop() {
    clearTimeout(timer);
    ends.abort();
  }

  function tell(state, text) {
    if (!status) return;
    // what passes by itself is not read out each time
    if (["unsaved", "refused", "expired"].includes(state) && status.dataset.state !== state) announce(text);
    status.dataset.state = state;
    status.textContent = text;
  }
}
