// Choosing rows: the bar of what may be done with all of them appears when one is chosen.
// <form data-batch> holds the rows; inside it [data-all], [data-chosen] (the number), [data-batch-bar].

export function startBatch() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-batch]");
    if (!form) return;
    const boxes = rows(form);
    if (event.target.matches("[data-all]")) boxes.forEach((box) => (box.checked = event.target.checked));
    show(form);
  });
  document.addEventListener("click", (event) => {
    const clear = event.target.closest?.("[data-clear]");
    if (!clear) return;
    const form = clear.closest("form[data-batch]");
    rows(form).forEach((box) => (box.checked = false));
    show(form);
  });
  const again = () => document.querySelectorAll("form[data-batch]").forEach(show);
  document.body.addEventListener("htmx:afterSettle", again);
  again();
}

function rows(form) {
  return [...form.querySelectorAll("tbody input[type=checkbox]:not([data-all])")];
}

function show(form) {
  const boxes = rows(form);
  const chosen = boxes.filter((box) => box.checked).length;
  form.querySelectorAll("[data-chosen]").forEach((place) => (place.textContent = String(chosen)));
  form.querySelectorAll("[data-batch-bar]").forEach((bar) => (bar.hidden = chosen === 0));
  form.querySelectorAll("[data-all]").forEach((box) => {
    box.checked = chosen > 0 && chosen === boxes.length;
    box.indeterminate = chosen > 0 && chosen < boxes.length;
  });
}
