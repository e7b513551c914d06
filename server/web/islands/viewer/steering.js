// Moving about in the drawing: buttons, and keys once it has the focus. Esc leaves it.

const STEP = 60;
const ZOOM = 1.25;

/** Put the buttons over the drawing and let keys steer it; views are what it can show. */
export function steer(island, viewer, { whole, now }) {
  const canvas = viewer.get("canvas");
  const zoom = (factor) => canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * factor)), "auto");
  const bar = document.createElement("div");
  bar.className = "steering acts";
  bar.append(
    button("当前环节", now),
    button("全图", whole),
    button("放大", () => zoom(ZOOM)),
    button("缩小", () => zoom(1 / ZOOM)),
  );
  const hint = document.createElement("span");
  hint.className = "sub";
  hint.textContent = "点图后可用方向键移动、加减号缩放，Esc 离开";
  bar.append(hint);
  island.prepend(bar);

  const place = island.querySelector(".canvas");
  place.tabIndex = 0;
  place.dataset.noKeys = "";
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", "流程图，按 Esc 离开");
  const keys = {
    ArrowLeft: () => canvas.scroll({ dx: STEP, dy: 0 }),
    ArrowRight: () => canvas.scroll({ dx: -STEP, dy: 0 }),
    ArrowUp: () => canvas.scroll({ dx: 0, dy: STEP }),
    ArrowDown: () => canvas.scroll({ dx: 0, dy: -STEP }),
    "+": () => zoom(ZOOM),
    "=": () => zoom(ZOOM),
    "-": () => zoom(1 / ZOOM),
    0: whole,
    Escape: () => bar.querySelector("button").focus(),
  };
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}
