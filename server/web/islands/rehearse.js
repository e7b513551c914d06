// A scenario played on the diagram: tokens, open tasks, the clock moved by hand, what no scenario takes.
//
//   <div data-island="rehearse" data-base="/studio/<pack>/rehearse"></div>
//   <aside id="session"></aside> <section id="coverage"></section>
//
// GET base/stage gives what is played on (202 as long as it is being set up). The page holds the
// scenario; POST base/play {document, upto} says where it stands after so many steps, the start
// being the first. Everything is in the lists too: the drawing is never the only way.
import { open } from "./rehearse/open.js";

for (const island of document.querySelectorAll('[data-island="rehearse"]')) open(island);
