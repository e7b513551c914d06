// Decision tables, drawn and changed by dmn-js, kept as drafts by the studio.
//
//   <div data-island="dmn" data-src="/studio/<pack>/file?path=…" data-check="…" data-try="…" data-path="…">
//     <ul data-views></ul>  the decisions of the file, and the drawing of all of them
//     <button data-act="undo|redo|download">…
//     <div data-canvas></div>
//   </div>
//   <form id="trying" hidden> <div data-fields></div> … <div data-result></div> </form>
//   around them: templates/studio/layout.html, see studio/page.js
//
// GET and POST data-src: see studio/autosave.js; POST data-check: see studio/problems.js;
// POST data-try {path, content, decision, inputs} gives {value, hits: {decision id: [rule id]},
// warnings}: the server's own verdict on what stands on the page, stored or not.
import { open } from "./dmn/open.js";

for (const island of document.querySelectorAll('[data-island="dmn"]')) open(island);
