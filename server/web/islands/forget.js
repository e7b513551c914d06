// htmx notes the address of the page in the browser's storage, for a cache of pages we do not keep.
// Nothing of a case may stay there, its address included.
const NOTE = "htmx-current-path-for-history";

export function startForgetting() {
  const forget = () => sessionStorage.removeItem(NOTE);
  forget();
  for (const moved of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore", "htmx:afterSettle"]) {
    document.addEventListener(moved, forget);
  }
}
