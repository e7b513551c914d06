// Small questions about nodes of feelin's parse tree.
export const childrenOf = (node) => {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
};

// `> 3` tests a value that stands elsewhere: to the left of `in`, or in a column of a table. Alone
// it is a thing of its own, and what compares it is null or false for ever: `a == 1`, `= a`.
export const ORDER = new Set(["<", "<=", ">", ">="]);
export const isTest = (node) =>
  node.name === "SimplePositiveUnaryTest" && node.firstChild?.name === "CompareOp";
export const bare = (node) => {
  let inner = node;
  while (inner?.name === "ParenthesizedExpression") [, inner] = childrenOf(inner);
  return inner;
};
export const isRange = (node) =>
  ["SimplePositiveUnaryTest", "Interval", "FunctionInvocation"].includes(bare(node)?.name);

// What an expression may be that never comes to a text.
export const TEXTLESS = new Set(
  "null BooleanLiteral NumericLiteral Comparison Conjunction Disjunction QuantifiedExpression".split(" "),
);
