// The page has its heading: those inside a form stand one level below it.

const HEADING = /^(#{1,5})(?=\s)/gm;

/** The schema with the headings of its texts one level lower; a text that is an expression stays. */
export function lowered(schema) {
  return { ...schema, ...(schema.components && { components: schema.components.map(component) }) };
}

function component(one) {
  const inner = lowered(one);
  if (one.type !== "text" || typeof one.text !== "string" || one.text.startsWith("=")) return inner;
  return { ...inner, text: one.text.replace(HEADING, "$1#") };
}
