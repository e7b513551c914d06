// Forms, put together with form-js's editor, kept as drafts by the studio.
//
//   <div data-island="formeditor" data-src="/studio/<pack>/file?path=…" data-check="…" data-path="…">
//     <button data-act="undo|redo|download|try">…
//     <div data-canvas></div>  <div data-preview hidden></div>
//   </div>
//   <div id="panel"></div>  the properties of what is selected
//   around them: templates/studio/layout.html, see studio/page.js
//
// GET and POST data-src: see studio/autosave.js; POST data-check: see studio/problems.js. What is
// offered is what the server takes (server/forms/components.py); what it does not take and stands
// in a file already is kept as it is, and told by the check.
import { open } from "./formeditor/open.js";

for (const island of document.querySelectorAll('[data-island="formeditor"]')) open(island);
