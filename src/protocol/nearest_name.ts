/**
 * The name that was probably meant, for the guest's side: no method that a program could have replaced
 * is called. Names are compared by letters alone; the host knows about words as well.
 */

const { floor, max, min } = Math;

/** The nearest of some names that is a slip of `name`: begins alike, one edit in four letters, two at most. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Infinity;
  for (let at = 0; at < names.length; at += 1) {
    const candidate = names[at]!;
    const longest = max(name.length, candidate.length);
    if (longest > 128 || name[0] !== candidate[0]) continue;
    const edits = editDistance(name, candidate);
    if (edits >= least || edits > min(2, max(1, floor(longest / 4)))) continue;
    if (edits * 2 >= longest) continue;
    best = candidate;
    least = edits;
  }
  return best;
}

/** Optimal string alignment distance: insert, drop, replace, swap of neighbours. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last: number[] = [];
  for (let at = 0; at <= right.length; at += 1) last[at] = at;
  for (let line = 1; line <= left.length; line += 1) {
    const row = [line];
    for (let at = 1; at <= right.length; at += 1) {
      const cost = left[line - 1] === right[at - 1] ? 0 : 1;
      row[at] = min(last[at]! + 1, row[at - 1]! + 1, last[at - 1]! + cost);
      const isSwap = left[line - 1] === right[at - 2] && left[line - 2] === right[at - 1];
      if (isSwap && line > 1 && at > 1) row[at] = min(row[at]!, beforeLast[at - 2]! + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[right.length]!;
}
