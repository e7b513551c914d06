// What is played: the scenario as a document, how far it was played, and what the server says of it.
import { announce } from "../parts.js";
import { post, read } from "../studio/wire.js";

/** The state of the page, and everything that changes it. */
export function session(base, stage) {
  let listeners = [];
  const state = {
    stage,
    /** the scenario: {title, procedure, now, start, steps} */
    document: null,
    /** its file, empty for a new one */
    file: "",
    /** how many steps are played, the start being one */
    at: 0,
    /** what the server says of it */
    scene: null,
    /** why the last act was refused: {step, stopped} */
    refused: null,
    /** what could not be done for another reason */
    wrong: "",
    /** what was done, in a sentence */
    told: "",
    isBusy: false,
    isChanged: false,
    coverage: { results: {}, left: stage.scenarios.length, isRunning: false, isShown: true },
    search: null,
    /** flow -> why no scenario was found for it, in sentences */
    missed: {},
    onChange: (listener) => listeners.push(listener),
    change,
    begin,
    load,
    fresh,
    goTo,
    act,
    form,
    accept,
    record,
    store,
    cover,
    propose,
    ask,
  };
  return state;

  function change(what = {}) {
    Object.assign(state, what);
    for (const listener of listeners) listener();
  }

  async function ask(act, body) {
    return read(await post(`${base}/${act}`, body));
  }

  /** Whatever is asked of the server one after the other, with the refusal shown. */
  async function busy(work) {
    if (state.isBusy) return null;
    change({ isBusy: true, wrong: "", told: "" });
    try {
      return await work();
    } catch (error) {
      const problems = (error.problems ?? []).map((each) => each.message);
      change({ wrong: [error.detail ?? "没有连上服务器，请稍后重试", ...problems].join("；") });
      announce(state.wrong);
      return null;
    } finally {
      change({ isBusy: false });
    }
  }

  async function begin(file) {
    const found = stage.scenarios.find((each) => each.document && (each.file === file || each.file === `${file}.yaml`));
    if (found) await load(found.file);
    else fresh(stage.procedures[0].key);
    const known = await ask("coverage", { known: true });
    change({ coverage: { ...state.coverage, ...known } });
  }

  /** A new scenario of a procedure, before its start. */
  function fresh(procedure) {
    const found = stage.procedures.find((each) => each.key === procedure);
    const document = { title: "", procedure, now: stage.now, start: { as: found.by[0]?.as ?? "applicant", with: {} }, steps: [] };
    change({ document, file: "", at: 0, scene: null, refused: null, isChanged: false, told: "" });
  }

  /** A scenario of the pack, or a proposed one, before its start. */
  async function load(file, document = null) {
    const found = document ?? stage.scenarios.find((each) => each.file === file)?.document;
    change({ document: structuredClone({ steps: [], ...found }), file, at: 0, scene: null, refused: null, isChanged: Boolean(document), told: "" });
    if (document) await goTo(total());
  }

  function total() {
    return 1 + state.document.steps.length;
  }

  /** Play so many steps of the scenario, or go back to where so many were played. */
  async function goTo(upto) {
    await busy(async () => {
      if (upto <= 0) {
        change({ at: 0, scene: null, refused: null });
        return;
      }
      const scene = await ask("play", { document: state.document, upto });
      change({ scene, at: scene.played, refused: scene.stopped ? { stopped: scene.stopped, step: null } : null });
      say();
    });
  }

  /** One step by hand; what follows in the scenario is replaced. A refused one is not kept. */
  async function act(step, isStart = false) {
    return busy(async () => {
      const document = isStart
        ? { ...state.document, start: step, steps: [] }
        : { ...state.document, steps: [...played(), step] };
      const upto = isStart ? 1 : state.at + 1;
      const scene = await ask("play", { document, upto });
      if (scene.stopped) {
        change({ refused: { stopped: scene.stopped, step, isStart } });
        announce(`被拒绝：${scene.stopped.why || scene.stopped.message}`);
        return false;
      }
      change({ document, scene, at: upto, refused: null, isChanged: true });
      say();
      return true;
    });
  }

  /** Keep a refused step as one that is to be refused. */
  async function accept() {
    const { step, stopped, isStart } = state.refused;
    const problems = [...new Set(stopped.problems.map((each) => each.field).filter(Boolean))];
    const kept = { ...step, refused: stopped.refused, ...(problems.length ? { problems } : {}) };
    await act(kept, isStart);
  }

  function played() {
    return state.document.steps.slice(0, Math.max(0, state.at - 1));
  }

  /** The form of the start (no step), or of the task a step means. */
  function form(step) {
    const document = step ? { ...state.document, steps: played() } : state.document;
    return ask("form", { document, upto: step ? state.at : 0, step });
  }

  /** The scenario as far as it was played, as a file with what was seen. */
  async function record(title) {
    return busy(async () => ask("record", { document: taken(title) }));
  }

  async function store(name, title, replace) {
    return busy(async () => {
      const { file, document } = await ask("store", { name, document: taken(title), replace });
      const others = stage.scenarios.filter((each) => each.file !== file);
      stage.scenarios = [...others, { file, title: document.title, document }].sort((one, other) => (one.file < other.file ? -1 : 1));
      change({ document, file, isChanged: false, told: `已存为草稿：scenarios/${file}`, coverage: { ...state.coverage, ...(await ask("coverage", { known: true })) } });
      announce(state.told);
      return true;
    });
  }

  function taken(title) {
    const kept = { ...state.document, title, steps: played() };
    // what is expected at the end holds only where the end was reached
    if (state.at < total()) delete kept.expect;
    return kept;
  }

  /** Play all scenarios, some with every request, so that it can be followed and stopped. */
  async function cover() {
    if (state.coverage.isRunning) {
      change({ coverage: { ...state.coverage, isRunning: false } });
      return;
    }
    change({ coverage: { ...state.coverage, isRunning: true } });
    try {
      while (state.coverage.isRunning) {
        const found = await ask("coverage", {});
        change({ coverage: { ...state.coverage, ...found, isRunning: state.coverage.isRunning && found.left > 0 } });
      }
      announce(`演练了${Object.keys(state.coverage.results).length}个场景`);
    } catch (error) {
      change({ wrong: error.detail ?? "没有连上服务器，请稍后重试", coverage: { ...state.coverage, isRunning: false } });
    }
  }

  /** Look for a scenario that takes a flow, until it is found or given up. */
  async function propose(way, seconds = 45) {
    if (state.search?.isRunning) return;
    const begun = performance.now();
    change({ search: { way, tried: 0, isRunning: true } });
    try {
      let found = await ask("propose", { flow: way.flow, anew: true });
      while (!found.over && state.search.isRunning && performance.now() - begun < seconds * 1000) {
        change({ search: { ...state.search, tried: found.tried } });
        found = await ask("propose", { flow: way.flow });
      }
      const missed = { ...state.missed, [way.flow]: found.found ? null : found.missed };
      change({ search: { way, tried: found.tried, isRunning: false, found: found.found, text: found.text, missed: found.missed ?? [] }, missed });
      announce(found.found ? "找到一个建议的场景" : "没有找到能走到这里的场景");
    } catch (error) {
      change({ search: null, wrong: error.detail ?? "没有连上服务器，请稍后重试" });
    }
  }

  function say() {
    const open = state.scene?.case?.open ?? [];
    announce(open.length ? `待办：${open.map((each) => each.title).join("、")}` : (state.scene?.case?.state ?? ""));
  }
}
