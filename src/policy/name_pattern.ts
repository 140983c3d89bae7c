/** Names with `*` for any characters. */

/** Whether all of `name` fits `pattern`. Its time is at most the product of the two lengths. */
export function fitsPattern(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  let place = 0;
  while (at < name.length) {
    if (pattern[place] === "*") {
      star = place++;
      resumeAt = at;
    } else if (place < pattern.length && pattern[place] === name[at]) {
      place += 1;
      at += 1;
    } else if (star >= 0) {
      // The last star takes one character more.
      place = star + 1;
      at = ++resumeAt;
    } else return false;
  }
  while (pattern[place] === "*") place += 1;
  return place === pattern.length;
}
