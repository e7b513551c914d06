// What is wrong, drawn on the element it is wrong with: a coloured outline, and a sign with a word.
import { SEVERITIES } from "../studio/problems.js";

const LOOKS = { error: "is-wrong", warning: "is-doubtful", info: "is-noted" };
const ORDER = Object.keys(LOOKS);

export function marks(modeler) {
  const canvas = modeler.get("canvas");
  const overlays = modeler.get("overlays");
  const registry = modeler.get("elementRegistry");
  let marked = [];

  /** Draw these and no others. */
  return function mark(problems) {
    for (const [id, look] of marked) if (registry.get(id)) canvas.removeMarker(id, look);
    overlays.remove({ type: "problem" });
    marked = [];
    const worst = new Map();
    for (const { element, severity, message } of problems) {
      if (!element || !registry.get(element)) continue;
      const known = worst.get(element);
      if (!known) worst.set(element, { severity, message, count: 1 });
      else {
        known.count += 1;
        if (ORDER.indexOf(severity) < ORDER.indexOf(known.severity)) Object.assign(known, { severity, message });
      }
    }
    for (const [id, { severity, message, count }] of worst) {
      const look = LOOKS[severity];
      canvas.addMarker(id, look);
      marked.push([id, look]);
      const element = registry.get(id);
      if (severity === "info" || element.waypoints) continue;
      const sign = document.createElement("span");
      sign.className = `problem-sign problem-${severity}`;
      sign.title = message;
      sign.textContent = `${SEVERITIES[severity].sign}${count > 1 ? count : ""}`;
      sign.setAttribute("aria-label", `${SEVERITIES[severity].word}：${message}`);
      overlays.add(id, "problem", { position: { top: -12, right: 10 }, html: sign });
    }
  };
}
