// Rows + what is asked for → the rows to show, in their order. Touches no element.

// What became of a case: its letter (columns.py) → the word, the sign beside it, and the choice of the filter.
export const MOVES = {
  f: ["failed", "!", ["failed"]],
  W: ["worse in every draw", "▼", ["worse", "certain"]],
  w: ["got worse", "▼", ["worse"]],
  b: ["got better", "▲", ["better"]],
  a: ["abstains now", "?", ["abstained"]],
  n: ["not compared", "–", ["apart"]],
  s: ["the same", "=", ["same"]],
  q: ["abstained", "–", ["abstained"]],
};
const GRAVEST = Object.keys(MOVES).join("");

export function filtered(suite, view, asked, haystack) {
  const words = asked.q.toLowerCase().split(/\s+/).filter(Boolean);
  const tag = asked.tag === "" ? -1 : suite.tags.indexOf(asked.tag);
  const rows = [];
  for (let row = 0; row < suite.ids.length; row += 1) {
    if (asked.change !== "" && !MOVES[view.move(row)][2].includes(asked.change)) continue;
    if (asked.tag !== "" && !suite.tagsOf[row].includes(tag)) continue;
    if (words.length > 0) {
      const text = haystack(suite, row);
      if (!words.every((word) => text.includes(word))) continue;
    }
    rows.push(row);
  }
  return rows;
}

// `sort` is the name of a key, with a minus in front where the order is turned. Equal rows stay in the file's order.
export function sorted(suite, view, rows, sort) {
  const turned = sort.startsWith("-");
  const key = turned ? sort.slice(1) : sort;
  const sign = turned ? -1 : 1;
  const collator = new Intl.Collator("en", { numeric: true });
  const orders = {
    id: (one, other) => collator.compare(suite.ids[one], suite.ids[other]),
    change: (one, other) => byMove(view, one, other),
    base: (one, other) => byValue(view.pair(one)[0], view.pair(other)[0], sign),
    head: (one, other) => byValue(view.pair(one)[1], view.pair(other)[1], sign),
  };
  const order = orders[key] ?? orders.change;
  return [...rows].sort((one, other) => sign * order(one, other) || one - other);
}

function byMove(view, one, other) {
  const rank = GRAVEST.indexOf(view.move(one)) - GRAVEST.indexOf(view.move(other));
  return rank || worseBy(view, other) - worseBy(view, one);
}

// How much worse a case is, in the metric's own unit.
function worseBy(view, row) {
  const [base, head] = view.pair(row);
  if (base === null || head === null) return 0;
  return view.better(row) === "lower" ? head - base : base - head;
}

// What has no value stands at the end, whichever way the order goes.
function byValue(one, other, sign) {
  if (one === null || other === null) return sign * ((one === null) - (other === null));
  return one - other;
}
