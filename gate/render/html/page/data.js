// The blocks of JSON in the page → suites, rows, and the texts of a case when they are asked for.

import { byId } from "./dom.js";

const CHUNK = 200; // cases in a block, as blocks.py writes them
const blocks = new Map();
const haystacks = new Map();

export function readIndex() {
  const block = byId("index");
  return block === null ? [] : JSON.parse(block.textContent).suites;
}

function blockOf(number) {
  if (!blocks.has(number)) blocks.set(number, JSON.parse(byId(`texts-${number}`).textContent));
  return blocks.get(number);
}

// The texts of one case; null where the page has no room for them.
export function detailOf(suite, row) {
  const place = suite.texts[row];
  return place < 0 ? null : blockOf(Math.floor(place / CHUNK))[place % CHUNK];
}

// All that a search looks at in one case, in lower case.
export function haystackOf(suite, row) {
  const key = `${suite.name}\n${row}`;
  if (!haystacks.has(key)) {
    const words = [suite.ids[row], ...suite.tagsOf[row].map((tag) => suite.tags[tag])];
    collect(detailOf(suite, row), words);
    haystacks.set(key, words.join("\n").toLowerCase());
  }
  return haystacks.get(key);
}

function collect(value, words) {
  if (typeof value === "string") words.push(value);
  else if (value !== null && typeof value === "object") for (const part of Object.values(value)) collect(part, words);
}

// Read ahead while nobody waits, so that the first search is as fast as the second.
export function readAhead(suites) {
  const left = suites.flatMap((suite) => suite.ids.map((_, row) => [suite, row])).reverse();
  const idle = globalThis.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 50));
  const work = (deadline) => {
    while (left.length > 0 && deadline.timeRemaining() > 2) haystackOf(...left.pop());
    if (left.length > 0) idle(work);
  };
  idle(work);
}

// One metric of a suite, or with null what every case's gravest move was: how a row moved, and its pair of values.
export function viewOf(suite, metric) {
  const column = suite.columns.find((each) => each.name === metric);
  const of = (row) => column ?? suite.columns[suite.overall.of[row]];
  return {
    move: (row) => (column ?? suite.overall).moves[row],
    pair: (row) => {
      const here = of(row);
      return here === undefined ? [null, null, "–", "–"] : here.pairs[here.at[row]];
    },
    metric: (row) => of(row)?.name ?? "",
    better: (row) => of(row)?.better ?? "higher",
  };
}
