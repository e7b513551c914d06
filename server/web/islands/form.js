// The form of a task, drawn by form-js from the schema the server judges by.
//
//   <div data-island="form" data-src="/tasks/<id>/form.json" data-draft="/tasks/<id>/draft">
//     <form method="post" action="/tasks/<id>/complete"> {{ csrf() }}
//       <div data-fields>… the same schema as plain HTML …</div>
//       <span data-saved></span> … buttons …
//     </form>
//   </div>
//
// data-draft: where drafts are kept; data-guide: what gives the part #guide for the answers so far.
// GET data-src gives {schema, data, readonly, errors: [{field, message}]}. The drawn form takes the
// place of data-fields once it stands; until then, and when it cannot be drawn, the plain one is
// there. A button with its own formaction (release, return …) stays what it is.
import { open } from "./form/open.js";

for (const island of document.querySelectorAll('[data-island="form"]')) open(island);
