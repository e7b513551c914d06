// A step of a scenario in a sentence.

/** What is done to a whole case now and then. */
export const RARER = { withdraw_application: "撤回申请", recuse: "声明回避", suspend: "暂停办理", resume: "恢复办理", cancel: "终止办理", reopen: "重启办理" };

export function stepWords(step, stage) {
  const said = acted(step, stage);
  const refused = step.refused ? "，应被拒绝" : "";
  const item = step.item === undefined || step.item === null ? "" : `（${stage.roles[step.item] ?? String(step.item)}）`;
  return `${said}${item}${refused}`;
}

function acted(step, stage) {
  const node = (key) => stage.nodes[key] ?? key;
  const by = step.as ? `${roleWords(step.as, stage)}` : "";
  if (step.do) return `${by}办理“${node(step.do)}”`;
  if (step.claim) return `${by}签收“${node(step.claim)}”`;
  if (step.release) return `${by}退签“${node(step.release)}”`;
  if (step.until) return `时钟走到${moment(step.until)}`;
  if (step.deliver) return `收到消息“${stage.messages[step.deliver.message] ?? step.deliver.message}”`;
  for (const [key, words] of [["stop", "中止"], ["restart", "恢复"], ["extend", "延长"]]) {
    if (step[key]) return `${by}${words}期限“${stage.deadlines[step[key].deadline]?.title ?? step[key].deadline}”`;
  }
  if (step.withdraw_application) return `${by}撤回申请`;
  if (step.return) return `${by}把“${node(step.return.task)}”退回到“${node(step.return.to)}”`;
  if (step.withdraw) return `${by}撤回刚办理的“${node(step.withdraw)}”`;
  for (const [key, words] of Object.entries(RARER)) {
    if (step[key]) return `${by}${words}`;
  }
  if (step.import_calendar) return "导入放假通知";
  return "核对应当看到的内容";
}

export function roleWords(key, stage) {
  const head = key.endsWith(".head");
  const role = stage.roles[head ? key.slice(0, -5) : key];
  return role ? `${role}${head ? "负责人" : ""}` : key === "applicant" ? "申请人" : key;
}

/** 2026-02-27T09:00+08:00 as people read it. */
export function moment(text) {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(text) ?? [];
  if (!day) return text;
  const week = "日一二三四五六"[new Date(`${day}T00:00:00Z`).getUTCDay()];
  return `${day}（周${week}）${time}`;
}

/** Which of several it is: its value, of a row the first. */
export function named(task) {
  if (task.item === null || task.item === undefined) return {};
  return { item: typeof task.item === "object" ? Object.values(task.item)[0] : task.item };
}
