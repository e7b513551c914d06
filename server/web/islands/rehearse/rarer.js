// What is done now and then: a task goes back, a case stands still or ends, somebody keeps away.
import { h } from "preact";
import { useState } from "preact/hooks";
import { named, RARER, roleWords } from "./words.js";

/** Behind “更多” of a task: give it back to the office, or return it to an earlier step. */
export function TaskMore({ state, task }) {
  const [to, setTo] = useState(task.places[0]?.to ?? "");
  const [by, setBy] = useState(task.players[0]?.as ?? task.office);
  const [reason, setReason] = useState("");
  const id = `more-${task.element}-${String(named(task).item ?? "")}`;
  const send = (event) => {
    event.preventDefault();
    state.act({ return: { task: task.element, to, reason }, as: by, ...named(task) });
  };
  return h("details", { class: "session-rarer" },
    h("summary", null, "更多"),
    h("div", { class: "acts" },
      task.holder
        ? h("button", { type: "button", class: "btn", disabled: state.isBusy, onClick: () => state.act({ release: task.element, as: by, ...named(task) }) }, "退签")
        : h("button", { type: "button", class: "btn", disabled: state.isBusy, onClick: () => state.act({ claim: task.element, as: by, ...named(task) }) }, "只签收")),
    task.places.length > 0 && h("form", { onSubmit: send },
      h(Row, { id: `${id}-to`, words: "退回到" }, h("select", { id: `${id}-to`, class: "form-select", value: to, onChange: (event) => setTo(event.target.value) },
        ...task.places.map((each) => h("option", { value: each.to, key: each.to }, each.title)))),
      task.players.length > 1 && h(Row, { id: `${id}-by`, words: "由谁" }, h("select", { id: `${id}-by`, class: "form-select", value: by, onChange: (event) => setBy(event.target.value) },
        ...task.players.map((each) => h("option", { value: each.as, key: each.as }, `${each.title}　${each.name}`)))),
      h(Row, { id: `${id}-why`, words: "理由" }, h("input", { id: `${id}-why`, class: "form-control", value: reason, onInput: (event) => setReason(event.target.value) })),
      h("button", { type: "submit", class: "btn", disabled: state.isBusy }, "退回")));
}

/** Behind “更多” of the case. */
export function CaseMore({ state, shown }) {
  const last = lastDone(state);
  const [act, setAct] = useState("");
  const found = shown.acts.find((each) => each.act === act);
  if (!shown.acts.length && !last) return null;
  return h("details", { class: "session-rarer" },
    h("summary", null, "更多"),
    h("div", { class: "acts" },
      last && h("button", { type: "button", class: "btn btn-link", disabled: state.isBusy, onClick: () => state.act({ withdraw: last.do, as: last.as }) }, `撤回刚办理的“${state.stage.nodes[last.do] ?? last.do}”`),
      ...shown.acts.map((each) => h("button", { type: "button", class: "btn btn-link", key: each.act, "aria-expanded": String(act === each.act), onClick: () => setAct(act === each.act ? "" : each.act) }, RARER[each.act]))),
    found && h(OfCase, { state, found, key: found.act, done: () => setAct("") }));
}

function OfCase({ state, found, done }) {
  const [by, setBy] = useState(found.by || players(state, "")[0][0]);
  const [pick, setPick] = useState((found.places ?? found.grounds)?.[0]?.[found.places ? "to" : "key"] ?? "");
  const [reason, setReason] = useState("");
  const send = async (event) => {
    event.preventDefault();
    const said = found.act === "reopen" ? { to: pick, reason } : found.act === "recuse" ? { ground: pick, ...(reason ? { note: reason } : {}) } : reason;
    if (await state.act({ [found.act]: said, as: by })) done();
  };
  const id = `rarer-${found.act}`;
  const options = found.places?.map((each) => [each.to, each.title]) ?? found.grounds?.map((each) => [each.key, each.title]);
  return h("form", { onSubmit: send },
    found.by !== "applicant" && h(Row, { id: `${id}-by`, words: "由谁" }, h("select", { id: `${id}-by`, class: "form-select", value: by, onChange: (event) => setBy(event.target.value) },
      ...players(state, found.by).map(([key, words]) => h("option", { value: key, key }, words)))),
    options && h(Row, { id: `${id}-pick`, words: found.places ? "从哪一步" : "事由" }, h("select", { id: `${id}-pick`, class: "form-select", value: pick, onChange: (event) => setPick(event.target.value) },
      ...options.map(([key, words]) => h("option", { value: key, key }, words)))),
    h(Row, { id: `${id}-why`, words: found.act === "recuse" ? "说明" : "理由" }, h("input", { id: `${id}-why`, class: "form-control", value: reason, required: found.act !== "recuse", onInput: (event) => setReason(event.target.value) })),
    h("button", { type: "submit", class: "btn", disabled: state.isBusy }, RARER[found.act]));
}

/** Who does it mostly, people of the open tasks, then every role and its head. */
function players(state, first) {
  const { stage, scene } = state;
  const known = new Map([[first, roleWords(first, stage)]]);
  for (const task of scene.case.open) for (const each of task.players) if (!known.has(each.as)) known.set(each.as, `${each.title}　${each.name}`);
  for (const key of Object.keys(stage.roles)) for (const as of [key, `${key}.head`]) if (!known.has(as)) known.set(as, roleWords(as, stage));
  known.delete("");
  return [...known];
}

/** The task done in the step that was played last. */
function lastDone(state) {
  const step = state.document.steps[state.at - 2];
  return step?.do && !step.refused && step.item === undefined ? step : null;
}

function Row({ id, words, children }) {
  return h("p", { class: "acting-row" }, h("label", { for: id }, words), children);
}
