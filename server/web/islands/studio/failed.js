// A file that cannot be drawn: said in its place, the rest of the page still works.

export function failed(island, error, words) {
  console.warn("the editor could not be opened", error);
  const told = document.createElement("p");
  told.className = "errors";
  told.setAttribute("role", "alert");
  told.textContent = error.status ? error.detail : words;
  island.querySelector("[data-canvas]").replaceChildren(told);
  island.dataset.drawn = "false";
}
