// Waits for the stage, draws it, and ties the drawing to the session and the coverage.
import { h, render } from "preact";
import { get } from "../studio/wire.js";
import { drawing } from "./drawing.js";
import { Below } from "./below.js";
import { Panel } from "./panel.js";
import { session } from "./session.js";

const AGAIN = 800;

export async function open(island) {
  const { base } = island.dataset;
  const told = document.createElement("p");
  told.className = "second rehearse-told";
  told.setAttribute("role", "status");
  told.textContent = "正在布置演练：检查政策包，设好虚构的地区，大约需要几秒……";
  island.append(told);
  try {
    const stage = await ready(base);
    told.remove();
    const state = session(base, stage);
    const drawn = await drawing(island, stage, state);
    const panel = document.getElementById("session");
    const below = document.getElementById("coverage");
    panel.replaceChildren();
    const draw = () => {
      render(h(Panel, { state }), panel);
      render(h(Below, { state, show: drawn.show }), below);
      drawn.mark();
    };
    state.onChange(draw);
    await state.begin(new URLSearchParams(location.search).get("scenario"));
    island.dataset.drawn = "true";
  } catch (error) {
    console.warn("the rehearsal could not be opened", error);
    island.dataset.drawn = "false";
    told.className = "notice notice-red";
    told.setAttribute("role", "alert");
    told.textContent = `不能演练：${error.detail ?? "请刷新页面后重试"}`;
    const list = document.createElement("ul");
    for (const each of (error.problems ?? []).slice(0, 20)) {
      const item = document.createElement("li");
      item.textContent = [each.file, each.element, each.message, each.fix].filter(Boolean).join("　");
      list.append(item);
    }
    told.after(list);
  }
}

async function ready(base) {
  for (;;) {
    const stage = await get(`${base}/stage`);
    if (!stage.preparing) return stage;
    await new Promise((done) => setTimeout(done, AGAIN));
  }
}
