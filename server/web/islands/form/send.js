// Sending the answers: what is typed is never lost, whatever the server says.
import { announce } from "../parts.js";
import { newKey } from "../keyed.js";
import { clear, say, show, showOwn } from "./problems.js";
import { failure, post } from "./wire.js";

/** Let the plain form's button, and Enter in a field, send what the drawn form holds. */
export function startSending(island, plain, form) {
  let key = newKey();
  form.on("submit", ({ errors }) => {
    if (Object.keys(errors).length) showOwn(island, form);
    else if (!plain.dataset.uploading) send();
    else say(island, "文件还在上传，请稍后再提交");
  });
  plain.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    form.submit();
  });

  async function send() {
    if (plain.getAttribute("aria-busy") === "true") return;
    plain.setAttribute("aria-busy", "true");
    try {
      const { data } = { data: form._getSubmitData() };
      const answer = await post(plain, plain.getAttribute("action") ?? location.pathname, { variables: data }, key);
      if (answer.ok) {
        island.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
        location.assign((await answer.json()).location);
        return;
      }
      refused(await failure(answer));
    } catch {
      say(island, "没有连上服务器，填写的内容还在，请稍后重试");
    }
    plain.removeAttribute("aria-busy");
  }

  function refused({ status, detail, problems }) {
    clear(island);
    // the same key asks for the same answer: changed answers need a new one
    key = newKey();
    if (problems.length) show(island, form, problems);
    else if (status === 401) say(island, "登录已经过期。请在新窗口登录，再回到本页提交；填写的内容还在。", signIn());
    else if (status === 409 || status === 412) say(island, `${detail}。填写的内容还在本页，可以复制后重新打开。`, again());
    else say(island, detail);
    announce(detail);
  }
}

function signIn() {
  return link("/sign-in", "在新窗口登录", "_blank");
}

function again() {
  return link(location.pathname, "重新打开");
}

function link(address, text, target = "") {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.textContent = text;
  anchor.target = target;
  return anchor;
}
