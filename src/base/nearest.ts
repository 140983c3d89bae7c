/** Finds the name that was probably meant: by edit distance, then by the words inside names. */

/** Longer names are not compared, so that a hostile name costs nothing. */
const MAX_NAME_LENGTH = 128;
/** Names whose lengths differ by more are not compared. */
const MAX_LENGTH_DIFFERENCE = 24;

/**
 * The nearest of `candidates` to `name`, ignoring case; `undefined` when none is near enough to be
 * suggested. Near is two edits in five letters (insert, drop, replace, swap of neighbours), or half
 * of all words in common.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  let best: string | undefined;
  let bestScore = 0;
  const lower = name.toLowerCase();
  const words = wordsOf(name);
  for (const candidate of candidates) {
    if (candidate === name || candidate.length > MAX_NAME_LENGTH) continue;
    if (Math.abs(candidate.length - name.length) > MAX_LENGTH_DIFFERENCE) continue;
    const score = Math.max(editScore(lower, candidate.toLowerCase()), wordScore(words, candidate));
    if (score > bestScore) [best, bestScore] = [candidate, score];
  }
  return best;
}

/** 0 for too far, else rising to 1 for equal but for case. */
function editScore(name: string, candidate: string): number {
  const longest = Math.max(name.length, candidate.length);
  const distance = editDistance(name, candidate);
  return distance > Math.max(1, Math.floor(longest * 0.4)) ? 0 : 1 - distance / longest;
}

/** At least half of all words in common. */
function wordScore(words: ReadonlySet<string>, candidate: string): number {
  const others = wordsOf(candidate);
  const common = [...words].filter((word) => others.has(word)).length;
  const score = common / Math.max(words.size, others.size, 1);
  return score >= 0.5 ? score * 0.9 : 0;
}

function wordsOf(name: string): Set<string> {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/);
  return new Set(words.filter((word) => word !== "").map((word) => word.replace(/s$/, "")));
}

/** Optimal string alignment distance, over three rows of the usual table. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const at = (cells: number[], index: number) => cells[index] ?? Infinity;
      const cost = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + cost,
        swapped ? at(beforePrevious, column - 2) + 1 : Infinity,
      ));
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[to.length] ?? Infinity;
}
