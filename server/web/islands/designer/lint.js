// What is purely drawing, judged in the browser: shapes that lie on each other, doubled flows.
// Whether the procedure runs, and runs as drawn, the server says.
import { Linter } from "bpmnlint";
import overlapping from "bpmnlint/rules/no-overlapping-elements";
import duplicates from "bpmnlint/rules/no-duplicate-sequence-flows";
import superfluous from "bpmnlint/rules/superfluous-gateway";
import undrawn from "bpmnlint/rules/no-bpmndi";

const RULES = {
  "no-overlapping-elements": { rule: overlapping, message: "图形与别的图形重叠", fix: "把图形移开" },
  "no-duplicate-sequence-flows": { rule: duplicates, message: "两个图形之间有重复的连线", fix: "删去多余的连线" },
  "superfluous-gateway": { rule: superfluous, message: "这个分支只有一进一出，没有作用", fix: "删去该分支" },
  "no-bpmndi": { rule: undrawn, message: "有这个元素，但图上没有画出来", fix: "删去该元素，或者在原来的工具里补画" },
};

const linter = new Linter({
  config: { rules: Object.fromEntries(Object.keys(RULES).map((name) => [name, "warn"])) },
  resolver: {
    resolveRule: (_package, name) => RULES[name].rule,
    resolveConfig: () => ({}),
  },
});

/** Problems of the drawing alone, in the shape of the server's. */
export async function lint(modeler, file) {
  const found = await linter.lint(modeler.getDefinitions());
  return Object.entries(found).flatMap(([name, reports]) =>
    reports.map(({ id }) => ({
      code: `DRAWING_${name.replaceAll("-", "_").toUpperCase()}`,
      severity: "info",
      file,
      element: id,
      field: "",
      message: RULES[name].message,
      fix: RULES[name].fix,
    })),
  );
}
