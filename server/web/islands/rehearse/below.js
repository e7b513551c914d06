// Below the drawing: what the scenarios take and what none takes, and the steps of this one.
import { h } from "preact";
import { download } from "../studio/download.js";
import { stepWords } from "./words.js";

export function Below({ state, show }) {
  return h("div", { class: "rehearse-below" },
    h(Coverage, { state, show }),
    h(Steps, { state }));
}

function Coverage({ state, show }) {
  const { stage, coverage } = state;
  const results = Object.entries(coverage.results);
  const taken = new Set(results.flatMap(([, each]) => each.flows));
  const left = stage.ways.filter((way) => !taken.has(way.flow));
  const all = stage.ways.length;
  const count = all - left.length;
  const share = all ? Math.floor((count * 100) / all) : 0;
  const failed = results.filter(([, each]) => each.troubles.length);
  const total = stage.scenarios.length;
  return h("section", { "aria-label": "走过的流向" },
    h("div", { class: "rehearse-head" },
      h("h2", null, "走过流向"),
      results.length > 0 && h("strong", { class: "num", id: "share" }, `${share}%`),
      results.length > 0 && h("progress", { max: all, value: count, "aria-label": "走过的流向" }),
      results.length > 0 && h("span", { class: "sub" }, `${count}/${all}条，场景${results.length}/${total}个，${failed.length ? `${failed.length}个没有通过` : "全部通过"}`),
      h("button", { type: "button", class: "btn", onClick: () => state.cover(), disabled: total === 0 || (coverage.left === 0 && !coverage.isRunning) },
        coverage.isRunning ? `停止（已演练${results.length}/${total}）` : coverage.left === 0 ? "已全部演练" : results.length ? `演练其余${coverage.left}个场景` : "演练全部场景")),
    failed.length > 0 && h("ul", { class: "rehearse-failed" }, ...failed.map(([file, each]) =>
      h("li", { key: file }, h("span", { class: "tag tag-red" }, "没有通过"), " ",
        h("button", { type: "button", class: "btn btn-link", onClick: () => state.load(file) }, each.title),
        h("span", { class: "sub" }, ` ${each.troubles.map((one) => `${one.step === null ? "结束时" : one.step === 0 ? "开始时" : `第${one.step}步`}：${one.message}`).join("；")}`)))),
    h(Search, { state }),
    results.length > 0 && left.length === 0 && h("p", null, "每条流向都有场景走到。"),
    results.length > 0 && left.length > 0 && h("ul", { class: "rehearse-left", "aria-label": "没有走过的流向" }, ...left.map((way) =>
      h("li", { key: way.flow, "data-flow": way.flow },
        h("span", { class: "tag tag-amber" }, "未走"), " ",
        h("button", { type: "button", class: "btn btn-link", title: "在图上指出", onClick: () => show(way.flow) }, way.label),
        h("button", { type: "button", class: "btn btn-link", disabled: Boolean(state.search?.isRunning) || coverage.isRunning, "aria-label": `为“${way.label}”提议场景`, onClick: () => state.propose(way) }, state.missed[way.flow] ? "再提议" : "提议场景"),
        state.missed[way.flow] && h("details", null, h("summary", null, "没有找到，为什么"), h(Missed, { words: state.missed[way.flow] }))))));
}

function Search({ state }) {
  const { search } = state;
  if (!search) return null;
  const close = h("button", { type: "button", class: "btn btn-link", onClick: () => state.change({ search: null }) }, search.isRunning ? "停止" : "关闭");
  if (search.isRunning) return h("p", { class: "notice notice-blue", role: "status" }, `正在找能走到“${search.way.label}”的场景，已试${search.tried}次…… `, close);
  if (!search.found) {
    return h("section", { class: "notice notice-amber rehearse-missed", role: "status" },
      h("p", null, `试了${search.tried}次，没有找到能走到“${search.way.label}”的场景。这不等于走不到。`),
      h(Missed, { words: search.missed }),
      h("p", null, "可以自己演练到上面说的环节，填好被拒绝的内容，存为场景，再提议一次。 ", close));
  }
  return h("section", { class: "notice notice-green rehearse-found", "aria-label": "建议的场景" },
    h("p", null, h("strong", null, `建议的场景：走到“${search.way.label}”`), h("span", { class: "sub" }, `　试了${search.tried}次。由程序拼出，是否合理由人判断。`)),
    h("details", null, h("summary", null, "看全文"), h("pre", { class: "code", tabIndex: 0 }, search.text)),
    h("div", { class: "acts" },
      h("button", { type: "button", class: "btn btn-primary", disabled: state.isBusy, onClick: () => state.load("", search.found) }, "在图上演练"),
      h("button", { type: "button", class: "btn", onClick: () => download("proposed.yaml", search.text) }, "下载"),
      close));
}

/** How near it came, and what stood in the way. */
function Missed({ words }) {
  return words?.length ? h("ul", null, ...words.map((each, nth) => h("li", { key: nth }, each))) : null;
}

function Steps({ state }) {
  const { document: said, at, stage } = state;
  const steps = [said.start, ...said.steps];
  return h("section", { "aria-label": "场景的各步" },
    h("h2", null, "各步"),
    h("ol", { class: "rehearse-steps", start: 0 }, ...steps.map((step, nth) =>
      h("li", { key: nth, class: nth < at ? "is-played" : "", "aria-current": nth === at - 1 ? "step" : undefined },
        h("button", { type: "button", class: "btn btn-link", disabled: state.isBusy, onClick: () => state.goTo(nth + 1) }, nth === 0 ? "提出" : stepWords(step, stage))))));
}
