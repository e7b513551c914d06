// Phrases for opinions: their bar stands above the long text somebody writes in, and each goes in
// where he is. The bar is moved, never copied, so that a press of Shift+Tab reaches it.

/** Let the bar [data-phrases] follow the field that has the focus. */
export function startPhrases(island) {
  const bar = document.querySelector("[data-phrases]");
  if (!bar) return;
  let field = null;

  island.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea") && !event.target.readOnly) stand(event.target);
  });
  bar.addEventListener("click", (event) => {
    const phrase = event.target.closest("[data-phrase]");
    if (phrase && field?.isConnected) put(field, phrase.dataset.phrase);
  });
  stand(first());

  function first() {
    return [...island.querySelectorAll("textarea")].find((each) => !each.readOnly && !each.disabled);
  }

  function stand(target) {
    bar.hidden = !target;
    field = target ?? null;
    if (target && target.previousElementSibling !== bar) target.before(bar);
  }
}

function put(field, text) {
  const { selectionStart: from, selectionEnd: to } = field;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
