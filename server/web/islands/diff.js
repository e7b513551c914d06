// Two drawings of one diagram side by side: what came, went, changed or moved is marked on both.
//
//   <div data-island="diff" data-src="…" data-before="原来" data-after="现在"></div>
//
// GET data-src gives {before, after}: two BPMN texts. Moving one drawing moves the other; a row of
// the tables below (tr[data-element]) shows its element on both. The tables say the same in words.
import { open } from "./diff/open.js";

for (const island of document.querySelectorAll('[data-island="diff"]')) open(island);
