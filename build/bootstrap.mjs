// Bootstrap's style sheet without the components no page of ours has (no drop-downs, no cards, no
// dark theme …): a plain page must stay under 40 KB of script and style.

import { withoutPictures } from "./policy.mjs";

const UNUSED = new RegExp(
  "^\\.(" +
    [
      "accordion", "bs-", "card", "carousel", "dropdown", "dropend", "dropstart", "dropup", "fade$",
      "fixed-", "form-floating", "form-range", "figure", "g[xy]-", "hstack", "icon-link", "initialism",
      "link-", "list-group", "modal", "nav", "object-fit", "offcanvas", "offset-", "opacity-", "order-",
      "placeholder", "popover", "progress", "ratio", "rounded-", "shadow", "show", "spinner",
      "sticky-", "tab-", "text-bg-", "toast", "tooltip", "translate-", "vstack", "z-", "collaps",
      "display-", "lead$", "blockquote", "img-", "thumbnail", "clearfix", "float-", "pe-none",
      "bg-", "border-", "focus-ring", "link-offset", "link-underline", "link-opacity", "fst-", "fw-",
      "fs-", "font-", "lh-", "overflow-", "user-select", "position-", "top-", "bottom-", "start-",
      "end-", "vr$", "stretched", "table-(primary|secondary|success|info|warning|danger|light|dark)",
      "btn-(outline-)?(success|info|warning|danger|light|dark|secondary)", "btn-toolbar", "btn-close",
      "btn-group-vertical", "input-group", "form-switch", "form-control-color", "vh-", "vw-", "min-v",
      "text-(opacity|body|black|white|reset|primary|secondary|success|info|warning|danger|light|dark)",
      "text-(decoration|break|lower|upper|capital)", "mh-", "gap-", "row-gap", "column-gap", "badge",
      "alert", "breadcrumb", "pagination", "page-", "(is|was)-(in)?valid", "valid-", "invalid-",
      "[a-z-]+-(sm|xl|xxl)(-|$)", "container-(sm|md|lg|xl|xxl)", "table-responsive-",
      "overline", "d-print-(grid|inline-grid|table|inline-flex)", "flex-(sm|md|lg)-(fill|grow|shrink)",
      "(justify|align)-(content|items|self)-(sm|md|lg)-", "[mp][xytbse]?-(sm|md|lg)-",
    ].join("|") +
    ")",
);

/**
 * The sheet without rules whose every selector names an unused component.
 * @param {string} sheet minified CSS
 * @returns {string}
 */
export function prune(sheet) {
  let kept = "";
  for (const { head, body } of rules(sheet)) {
    if (head.startsWith("@media") || head.startsWith("@supports")) {
      const inner = prune(body);
      if (inner) kept += `${head}{${inner}}`;
    } else if (head.startsWith("@keyframes")) {
      continue;
    } else if (head.startsWith("@")) {
      kept += body === null ? `${head};` : `${head}{${body}}`;
    } else {
      const used = selectors(head).filter((selector) => !unused(selector));
      if (used.length) kept += `${used.join(",")}{${withoutPictures(body)}}`;
    }
  }
  return kept;
}

function unused(selector) {
  if (selector.includes("data-bs-theme=dark") || selector.includes(".was-validated")) return true;
  return (selector.match(/\.[\w-]+/g) ?? []).some((name) => UNUSED.test(name));
}

/** Splits at commas that stand outside brackets. */
function selectors(head) {
  return head.split(/,(?![^(]*\))/);
}

/** The rules on the top level: what stands before the brace, and what stands in it. */
function* rules(sheet) {
  const text = sheet.replace(/\/\*[\s\S]*?\*\//g, "").replace(/@charset[^;]*;/g, "");
  let from = 0;
  let depth = 0;
  let open = 0;
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quote) {
      if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "{") {
      if (depth === 0) open = at;
      depth += 1;
    } else if (sign === "}") {
      depth -= 1;
      if (depth === 0) {
        yield { head: text.slice(from, open).trim(), body: text.slice(open + 1, at) };
        from = at + 1;
      }
    } else if (sign === ";" && depth === 0) {
      yield { head: text.slice(from, at).trim(), body: null };
      from = at + 1;
    }
  }
}
