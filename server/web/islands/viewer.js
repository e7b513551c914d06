// The diagram of a case's own version with what was done, is going on, is late and was sent back.
//
//   <div data-island="viewer" data-src="/cases/<id>/diagram.json" data-list="steps"></div>
//   <… id="steps"> <… data-element="accept"> <button type="button" data-show>…</button> …
//
// GET data-src gives {xml, elements: {id: {done, active, overdue, returned, label?}}, flows: [id]}.
// The list beside it says the same in words, for keyboard and screen reader; a row and its element
// show each other. The drawing itself is reachable, and Esc leaves it.
import { open } from "./viewer/open.js";

for (const island of document.querySelectorAll('[data-island="viewer"]')) open(island);
