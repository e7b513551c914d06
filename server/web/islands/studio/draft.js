// The head of the page says that there is a draft as soon as there is one.

/** Watches how the file stands (#kept) and says it where the draft is told (#draft). */
export function tellDraft() {
  const kept = document.getElementById("kept");
  const draft = document.getElementById("draft");
  if (!kept || !draft) return;
  new MutationObserver(() => {
    if (/^已自动保存 /.test(kept.textContent)) draft.textContent = kept.textContent.replace(/^已自动保存/, "有改动，已存");
  }).observe(kept, { childList: true, characterData: true, subtree: true });
}
