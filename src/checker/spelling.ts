/** Finds the name that was probably meant: by edit distance, then by the words inside names. */

/** The nearest of `candidates` to `name`, when one is near enough to be suggested. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestScore = 0;
  const lower = name.toLowerCase();
  const words = wordsOf(name);
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > 24) continue;
    const score = Math.max(editScore(lower, candidate.toLowerCase()), wordScore(words, candidate));
    if (score > bestScore) [best, bestScore] = [candidate, score];
  }
  return best;
}

/** 0 for too far, else rising to 1 for equal but for case. */
function editScore(name: string, candidate: string): number {
  const longest = Math.max(name.length, candidate.length);
  const allowed = Math.floor(longest * 0.4);
  const distance = editDistance(name, candidate, allowed);
  return distance > allowed ? 0 : 1 - distance / longest;
}

/** At least half of all words in common. */
function wordScore(words: ReadonlySet<string>, candidate: string): number {
  const others = wordsOf(candidate);
  const common = [...words].filter((word) => others.has(word)).length;
  const score = common / Math.max(words.size, others.size, 1);
  return score >= 0.5 ? score * 0.9 : 0;
}

function wordsOf(name: string): Set<string> {
  const words = name.slice(0, 128).replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(
    /[^a-z0-9]+/,
  );
  return new Set(words.filter((word) => word !== "").map((word) => word.replace(/s$/, "")));
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit || a.length > 128 || b.length > 128) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    if (Math.min(...current) > limit) return limit + 1;
    previous = current;
  }
  return previous[b.length] ?? limit + 1;
}
