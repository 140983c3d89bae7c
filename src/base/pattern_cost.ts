/**
 * How long a regular expression can take, of a hostile schema or on a hostile text. The estimate is
 * an upper bound of the ways a backtracking engine may have to try; what it cannot bound counts as
 * infinite. Pure.
 */

/** Strings longer than this are not matched at all. */
export const MAX_MATCHED_LENGTH = 4_096;

/** Ways tried at most; about a tenth of a second. */
export const MAX_PATTERN_COST = 5e7;

const QUANTIFIER = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/;

interface Level {
  /** Ways of the alternatives that are complete. */
  alternatives: number;
  /** Ways of the alternative being read. */
  cost: number;
}

/** Ways a match of `pattern` may try on a string of `length` characters. */
export function patternCost(pattern: string, length: number = MAX_MATCHED_LENGTH): number {
  // Tried at each place of the string, unless it can only begin at the start.
  const starts = pattern.startsWith("^") && !hasOuterAlternative(pattern) ? 1 : length;
  const levels: Level[] = [{ alternatives: 0, cost: 1 }];
  for (let at = 0; at < pattern.length;) {
    const rest = pattern.slice(at, at + 32);
    const level = levels.at(-1)!;
    if (rest.startsWith("(")) {
      levels.push({ alternatives: 0, cost: 1 });
      at += rest.match(/^\((?:\?(?:[:=!]|<[=!]|<\w+>))?/)![0].length;
      continue;
    }
    if (rest.startsWith("|")) {
      level.alternatives += level.cost;
      level.cost = 1;
      at += 1;
      continue;
    }
    const closes = rest.startsWith(")");
    const inner = closes ? total(levels.pop()!) : 1;
    const outer = levels.at(-1);
    if (!outer || isBackreference(rest)) return Infinity;
    at += closes ? 1 : atomLength(pattern, at);
    const quantifier = pattern.slice(at, at + 32).match(QUANTIFIER);
    outer.cost *= repeated(inner, quantifier, length);
    at += quantifier?.[0].length ?? 0;
  }
  return levels.length === 1 ? starts * total(levels[0]!) : Infinity;
}

function total({ alternatives, cost }: Level): number {
  return alternatives + cost;
}

function repeated(inner: number, quantifier: RegExpMatchArray | null, length: number): number {
  if (!quantifier) return inner;
  const [, sign, from, comma, to] = quantifier;
  const least = sign ? 0 : Number(from);
  const unbounded = sign === "*" || sign === "+" || (comma !== undefined && to === "");
  if (unbounded) return inner > 1 ? Infinity : length;
  const most = sign === "?" ? 1 : to ? Number(to) : least;
  return inner ** most * (most - least + 1);
}

function isBackreference(rest: string): boolean {
  return /^\\(?:[1-9]|k)/.test(rest);
}

/** Length of the character, escape or class at `at`. */
function atomLength(pattern: string, at: number): number {
  if (pattern[at] === "\\") return 2;
  if (pattern[at] !== "[") return 1;
  let end = at + 1;
  while (end < pattern.length && pattern[end] !== "]") end += pattern[end] === "\\" ? 2 : 1;
  return end + 1 - at;
}

function hasOuterAlternative(pattern: string): boolean {
  return pattern.includes("|");
}
