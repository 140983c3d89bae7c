/**
 * Finds the name that was probably meant: the same words, or a slip in writing them. A name that has
 * another word in the place of one means something else, often the opposite, and is never suggested.
 */

/** Longer names are not compared, so that a hostile name costs nothing. */
const MAX_NAME_LENGTH = 128;
/** Names whose lengths differ by more are not compared. */
const MAX_LENGTH_DIFFERENCE = 24;
/** Edits that are one slip in a long name. */
const MAX_EDITS = 2;

/** The most alike of `candidates`, by {@link likeness}; `undefined` when none is like `name`. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestScore = 0;
  for (const candidate of candidates) {
    const score = candidate === name ? 0 : likeness(name, candidate);
    if (score > bestScore) [best, bestScore] = [candidate, score];
  }
  return best;
}

/**
 * How likely `candidate` was meant by `name`, from 0 for not at all to 1, whatever the case and the
 * order of words. More than half of all words are in both, and what is left is a word too many, a word
 * too few, or words that differ by an edit in four letters (insert, drop, replace, swap of neighbours)
 * and begin alike: `lock` is no slip of `unlock`, nor `get` of `set`.
 */
export function likeness(name: string, candidate: string): number {
  if (name === candidate) return 1;
  if (Math.max(name.length, candidate.length) > MAX_NAME_LENGTH) return 0;
  if (Math.abs(candidate.length - name.length) > MAX_LENGTH_DIFFERENCE) return 0;
  const words = wordsOf(name);
  const others = wordsOf(candidate);
  const most = Math.max(words.length, others.length, 1);
  const missing = without(words, others);
  const added = without(others, words);
  const common = words.length - missing.length;
  if (missing.length > 0 && added.length > 0) {
    const slip = slipScore(missing.join(""), added.join(""));
    return slip === 0 ? 0 : 1 - (1 - slip) * (most - common) / most;
  }
  return common * 2 > most ? common / most : 0;
}

/** Words in lower case and in the singular. */
function wordsOf(name: string): string[] {
  const spaced = name.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2").toLowerCase();
  const words = spaced.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  return words.map((word) => word.replace(/ies$/, "y").replace(/s$/, ""));
}

/** The words that `others` does not have as often. */
function without(words: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return words.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** 0 for another word, else rising to 1 for equal. */
function slipScore(word: string, other: string): number {
  if (word[0] !== other[0]) return 0;
  const longest = Math.max(word.length, other.length);
  const allowed = Math.min(MAX_EDITS, Math.max(1, Math.floor(longest / 4)));
  const edits = editDistance(word, other);
  return edits > allowed || edits * 2 >= longest ? 0 : 1 - edits / longest;
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
