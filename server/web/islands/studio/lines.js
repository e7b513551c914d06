// Two texts line by line: what both have, what only one of them has. No page: tested in node.

/** More different lines than this on both sides are not told apart one by one. */
const MOST = 2000;

/**
 * The lines of both, in their order, as rows side by side.
 * @param {string} left
 * @param {string} right
 * @returns {{left?: {n: number, text: string}, right?: {n: number, text: string}}[]} a row with one
 *   side alone stands in one text only; one with both is the same, or `isChanged`: in place of the other
 */
export function compared(left, right) {
  const [a, b] = [lines(left), lines(right)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const same = pairs(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const rows = [];
  for (let n = 0; n < start; n += 1) rows.push(both(a, b, n, n));
  let [i, j] = [start, start];
  for (const [x, y] of [...same, [a.length - end - start, b.length - end - start]]) {
    rows.push(...changed(a, b, [i, start + x], [j, start + y]));
    [i, j] = [start + x, start + y];
    if (i < a.length - end && j < b.length - end) rows.push(both(a, b, i++, j++));
  }
  for (let n = end; n > 0; n -= 1) rows.push(both(a, b, a.length - n, b.length - n));
  return rows;
}

/**
 * The rows in parts, as they are shown: runs that are different with some lines around them, and how many rows
 * that are the same lie between.
 * @returns {{skipped: number, rows: object[]}[]} the last part may have no rows
 */
export function parts(rows, around = 3) {
  const shown = rows.map(() => false);
  rows.forEach((row, at) => {
    if (!isDifferent(row)) return;
    for (let n = Math.max(0, at - around); n <= Math.min(rows.length - 1, at + around); n += 1) shown[n] = true;
  });
  const found = [];
  let skipped = 0;
  rows.forEach((row, at) => {
    if (!shown[at]) {
      skipped += 1;
      return;
    }
    if (!shown[at - 1]) found.push({ skipped, rows: [] });
    found.at(-1).rows.push(row);
    skipped = 0;
  });
  return skipped || found.length === 0 ? [...found, { skipped, rows: [] }] : found;
}

export function isDifferent(row) {
  return !row.left || !row.right || Boolean(row.isChanged);
}

function lines(text) {
  const found = text.replaceAll("\r\n", "\n").split("\n");
  if (found.at(-1) === "") found.pop();
  return found;
}

function both(a, b, i, j) {
  return { left: { n: i + 1, text: a[i] }, right: { n: j + 1, text: b[j] } };
}

/** What stands on both sides between two lines that are the same: one beside the other, the rest alone. */
function changed(a, b, [i, iEnd], [j, jEnd]) {
  const rows = [];
  while (i < iEnd || j < jEnd) {
    if (i < iEnd && j < jEnd) rows.push({ ...both(a, b, i++, j++), isChanged: true });
    else if (i < iEnd) rows.push({ left: { n: i + 1, text: a[i++] } });
    else rows.push({ right: { n: j + 1, text: b[j++] } });
  }
  return rows;
}

/** Places of a longest run of lines both have, in their order; none where there is too much to compare. */
function pairs(a, b) {
  if (a.length * b.length > MOST * MOST) return [];
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1] + 1
          : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const found = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) found.push([i++, j++]);
    else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) i += 1;
    else j += 1;
  }
  return found;
}
