const bare = (letter) => letter.normalize("NFD").replace(/\p{M}/gu, "");

/**
 * What was typed beside what was asked for, letter by letter: `[{text, kind}]`. `same` is right,
 * `nearly` differs in an accent or a capital, `extra` is too much, `missing` is left out.
 */
export function compared(typed, expected) {
  const given = Array.from(typed.normalize("NFC").trim().replace(/\s+/g, " "));
  const wanted = Array.from(expected.normalize("NFC").trim().replace(/\s+/g, " "));
  const pieces = [];
  const add = (text, kind) => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ text, kind });
  };
  const costs = costsOf(given, wanted);
  let [row, column] = [0, 0];
  while (row < given.length || column < wanted.length) {
    const here = costs[row][column];
    if (row < given.length && column < wanted.length && here === costs[row + 1][column + 1] + swap(given[row], wanted[column])) {
      const kind = { 0: "same", 0.4: "nearly" }[swap(given[row], wanted[column])];
      if (kind) add(wanted[column], kind);
      else {
        add(given[row], "extra");
        add(wanted[column], "missing");
      }
      row += 1;
      column += 1;
    } else if (row < given.length && here === costs[row + 1][column] + 1) {
      add(given[row], "extra");
      row += 1;
    } else {
      add(wanted[column], "missing");
      column += 1;
    }
  }
  return pieces;
}

/** Whether it is right but for accents, capitals and blanks. */
export function isRight(pieces) {
  return pieces.every((piece) => piece.kind === "same" || piece.kind === "nearly");
}

function swap(one, other) {
  if (one === other) return 0;
  return bare(one).toLowerCase() === bare(other).toLowerCase() ? 0.4 : 1.9;
}

/** `costs[i][j]`: how much it takes to make the end of `wanted` from j of the end of `given` from i. */
function costsOf(given, wanted) {
  const costs = Array.from({ length: given.length + 1 }, () => new Array(wanted.length + 1).fill(0));
  for (let row = given.length; row >= 0; row -= 1) {
    for (let column = wanted.length; column >= 0; column -= 1) {
      const ways = [];
      if (row < given.length && column < wanted.length) ways.push(costs[row + 1][column + 1] + swap(given[row], wanted[column]));
      if (row < given.length) ways.push(costs[row + 1][column] + 1);
      if (column < wanted.length) ways.push(costs[row][column + 1] + 1);
      costs[row][column] = ways.length ? Math.min(...ways) : 0;
    }
  }
  return costs;
}
