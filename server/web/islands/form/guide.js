// What the answers lead to – who will get it and by when – told while they are being filled in.
import { announce } from "../parts.js";
import { post } from "./wire.js";

const WAIT = 500;

/** Ask data-guide after a change and put its part in the place of #guide. */
export function startGuide(island, plain, form) {
  let timer = 0;
  let asked = 0;

  form.on("field.updated", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });

  async function ask() {
    const number = (asked += 1);
    try {
      const answer = await post(plain, island.dataset.guide, { variables: form._getSubmitData() });
      // an answer that was overtaken by a newer question is of no use
      if (answer.ok && number === asked) put(await answer.text());
    } catch {
      // the guide stays as it was: it is not needed for filing
    }
  }
}

function put(text) {
  const part = new DOMParser().parseFromString(text, "text/html").getElementById("guide");
  const place = document.getElementById("guide");
  if (!part || !place) return;
  const isNew = part.dataset.announce !== place.dataset.announce;
  place.replaceWith(part);
  if (isNew && part.dataset.announce) announce(part.dataset.announce);
}
