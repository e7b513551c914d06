// A form goes off once, however often its button is pressed.

/** Mark a form as under way, so that its second submission is dropped. */
export function startSubmits() {
  document.addEventListener("submit", onSubmit);
  // a page that comes back from the browser's memory can be used again
  window.addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));
}

function onSubmit(event) {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented) return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.setAttribute("aria-busy", "true");
  // a download leaves the page standing: nothing tells when it is done
  if (form.hasAttribute("data-download")) setTimeout(() => release(form), 3000);
}

/** The form may be sent again. */
export function release(form) {
  form.removeAttribute("aria-busy");
}
