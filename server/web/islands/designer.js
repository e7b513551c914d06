// A diagram of a pack, drawn, kept as a draft and checked while one works.
//
//   <div data-island="designer" data-src="/studio/<pack>/file?path=…" data-path="processes/…bpmn"
//        data-check="/studio/<pack>/check" data-facts="/studio/<pack>/facts" data-edit="…"></div>
//
// Beside it: #panel (properties of what is chosen), #problems (what the check found), #kept (how
// the draft stands), #check (a button). What is wrong with the file is drawn on it.
import { open } from "./designer/open.js";

for (const island of document.querySelectorAll('[data-island="designer"]')) open(island);
