// What every page has: parts of pages through htmx, keys, a voice for what changed.
import htmx from "htmx.org";
import { startBatch } from "./batch.js";
import { startForgetting } from "./forget.js";
import { startKeys } from "./keys.js";
import { startParts } from "./parts.js";
import { startSubmits } from "./submits.js";

document.documentElement.classList.add("scripted");
startForgetting();
startParts(htmx);
startSubmits();
startKeys();
startBatch();
