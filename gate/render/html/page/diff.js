// Two texts → the words that only one of them has (E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).

const MOST_DIFFERENCES = 1500; // beyond it nobody reads a difference word by word

// [of the first, of the second]: each a list of [text, whether only this side has it].
export function differences(first, second) {
  const [one, other] = [wordsOf(first), wordsOf(second)];
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(one.length, other.length) - start &&
    one[one.length - 1 - end] === other[other.length - 1 - end]
  ) {
    end += 1;
  }
  const middle = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  const kept = common(...middle);
  return [
    pieces(one, start, end, kept[0]),
    pieces(other, start, end, kept[1]),
  ];
}

function wordsOf(text) {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
}

function pieces(words, start, end, kept) {
  const found = [];
  const only = (place) => place >= start && place < words.length - end && !kept.has(place - start);
  words.forEach((word, place) => {
    // A blank between two words that only this side has belongs to them.
    const own = only(place) || (word.trim() === "" && only(place - 1) && only(place + 1));
    if (found.length > 0 && found.at(-1)[1] === own) found.at(-1)[0] += word;
    else found.push([word, own]);
  });
  return found;
}

// The places of the words that both have, in the first and in the second; none where they differ in too much.
function common(one, other) {
  const nothing = [new Set(), new Set()];
  const most = Math.min(one.length + other.length, MOST_DIFFERENCES);
  const reach = new Map([[1, 0]]);
  const steps = [];
  for (let edits = 0; edits <= most; edits += 1) {
    steps.push(new Map(reach));
    for (let line = -edits; line <= edits; line += 2) {
      const down = line === -edits || (line !== edits && reach.get(line - 1) < reach.get(line + 1));
      let x = down ? reach.get(line + 1) : reach.get(line - 1) + 1;
      while (x < one.length && x - line < other.length && one[x] === other[x - line]) x += 1;
      reach.set(line, x);
      if (x >= one.length && x - line >= other.length) return wayBack(steps, one.length, other.length);
    }
  }
  return nothing;
}

function wayBack(steps, width, height) {
  const kept = [new Set(), new Set()];
  let [x, y] = [width, height];
  for (let edits = steps.length - 1; edits >= 0; edits -= 1) {
    const reach = steps[edits];
    const line = x - y;
    const down = line === -edits || (line !== edits && reach.get(line - 1) < reach.get(line + 1));
    const before = down ? line + 1 : line - 1;
    const beforeX = reach.get(before);
    const beforeY = beforeX - before;
    while (x > beforeX && y > beforeY && x > 0 && y > 0) {
      x -= 1;
      y -= 1;
      kept[0].add(x);
      kept[1].add(y);
    }
    [x, y] = [beforeX, beforeY];
  }
  return kept;
}
