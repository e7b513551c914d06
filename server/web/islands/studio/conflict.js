// Two people changed one file: whoever comes second says which text it shall be.
import { download } from "./download.js";
import { side } from "./side.js";

/**
 * Ask; gives "mine" or "theirs". Nothing is lost unasked: both texts stand side by side, and can be kept as files.
 * @param {{by: string, at: string, content: string}} found what the other one stored
 * @param {() => string | Promise<string>} getContent what stands on this page
 * @param {string} src the address of the file, with its path
 */
export function conflict({ by, at, content }, getContent, src) {
  const name = (new URLSearchParams(src.split("?")[1]).get("path") ?? "file").split("/").at(-1);
  const dialog = document.createElement("dialog");
  dialog.className = "help conflict";
  dialog.setAttribute("aria-labelledby", "conflict-title");
  const title = document.createElement("h2");
  title.id = "conflict-title";
  title.textContent = "两个人改了同一份文件";
  const text = document.createElement("p");
  text.textContent = `${by}在${at}保存了这份文件，您这里的改动还没有保存。请对照以后选择用哪一份；没有选中的那一份将被替换，可以先下载留存。`;
  const acts = document.createElement("div");
  acts.className = "acts";
  const both = document.createElement("div");
  dialog.append(title, text, both, acts);
  async function show() {
    both.append(side({ title: "我的", text: await getContent() }, { title: `${by}的`, text: content }));
    // reading comes before choosing: no key decides by accident
    both.querySelector("[tabindex]").focus();
  }
  return new Promise((resolve) => {
    const decide = (choice) => () => {
      dialog.close();
      dialog.remove();
      resolve(choice);
    };
    acts.append(
      button("保留我的", decide("mine"), "btn btn-primary"),
      button(`改用${by}的`, decide("theirs")),
      button("下载我的", async () => download(`我的-${name}`, await getContent())),
      button(`下载${by}的`, () => download(`${by}-${name}`, content)),
    );
    // Esc would leave the question open without anybody seeing it
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
    show();
  });
}

function button(words, act, look = "btn") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = look;
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}
