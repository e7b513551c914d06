// Choosing rows: how many are chosen, all of them at once, none of them.
// <form id data-batch> is the bar; its boxes stand in the rows of a list and name it (form="…").
// In the bar: [data-all], [data-chosen] (the number), [data-clear], [data-needs-chosen].

export function startBatch() {
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form?.matches("[data-batch]")) return;
    if (event.target.matches("[data-all]")) rows(form).forEach((box) => (box.checked = event.target.checked));
    show(form);
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest?.("[data-clear]")?.closest("form[data-batch]");
    if (!form) return;
    rows(form).forEach((box) => (box.checked = false));
    show(form);
  });
  const again = () => document.querySelectorAll("form[data-batch]").forEach(show);
  document.body.addEventListener("htmx:afterSettle", again);
  // a page that comes back from the browser's memory still has what was chosen
  window.addEventListener("pageshow", again);
  again();
}

function rows(form) {
  return [...form.elements].filter((box) => box.type === "checkbox" && !box.matches("[data-all]"));
}

function show(form) {
  const boxes = rows(form);
  const chosen = boxes.filter((box) => box.checked).length;
  boxes.forEach((box) => box.closest("tr")?.classList.toggle("is-chosen", box.checked));
  form.querySelectorAll("[data-chosen]").forEach((place) => (place.textContent = String(chosen)));
  form.querySelectorAll("[data-needs-chosen]").forEach((button) => (button.disabled = chosen === 0));
  form.querySelectorAll("[data-all]").forEach((box) => {
    box.checked = chosen > 0 && chosen === boxes.length;
    box.indeterminate = chosen > 0 && chosen < boxes.length;
  });
}
