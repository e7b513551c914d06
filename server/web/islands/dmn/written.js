// The model as the text of a file.

/** The XML with its hit policies written out: dmn-js leaves the one out that is the default. */
export function written(xml) {
  const explicit = xml.replace(/<((?:\w+:)?decisionTable)\b(?![^>]*\shitPolicy=)([^>]*[^/>])>/g, '<$1$2 hitPolicy="UNIQUE">');
  return explicit.replace(/\n*$/, "\n");
}
