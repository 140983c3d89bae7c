/**
 * Words of texts and names for the search: split at case, digits and punctuation, without accents and
 * endings. Scripts that write without spaces give pairs of characters. Pure; linear.
 */

import { stem } from "./stem.ts";

/** Words too common to tell tools apart, and the small talk around a wish. */
const STOP_WORDS = new Set(
  ("a about after all also am an and any are as at be been before being but by can could did do " +
    "does each every for from give had has have he her here him his how i if in into is it its just " +
    "let like may me might my need no not of on only or other our out over own please she should so " +
    "some such tell than that the their them then there these they this those to too under up us " +
    "use used using very via want was we were what when where whether which while who whom whose " +
    "will with within without would you your")
    .split(" "),
);

/** Written without spaces: Han, Hiragana, Katakana, Hangul, Thai. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+/gu;
const PIECES = new RegExp(`${UNSPACED.source}|[\\p{L}\\p{N}]+`, "gu");
/** A longer word is an encoded something. */
const MAX_WORD = 64;

/** Words of a text, in order, doubles included. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [piece] of spaced(text).matchAll(PIECES)) {
    if (piece.length > MAX_WORD) continue;
    if (piece.search(UNSPACED) === 0) words.push(...pairsOf(piece));
    else if (!STOP_WORDS.has(piece)) words.push(stem(piece));
  }
  return words;
}

/** Lower case, with spaces where names change from one word to the next. */
function spaced(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}+/gu, "")
    .replaceAll(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, "$1 ")
    .replaceAll(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$1 ")
    .toLowerCase();
}

function pairsOf(text: string): string[] {
  const characters = [...text];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}
