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

/** Scripts written without spaces between words. */
const UNSPACED =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}";
const STARTS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "v");
const PIECES = new RegExp(`[${UNSPACED}]+|[[\\p{L}\\p{N}]--[${UNSPACED}]]+`, "gv");
const PLAIN_PIECES = /[a-z0-9]+/g;
const IS_PLAIN = /^[\0-\x7f]*$/;
/** A longer word is an encoded something. */
const MAX_WORD = 64;

/** Words of a text, in order, doubles included. `stemOf` is for those who remember stems. */
export function wordsOf(text: string, stemOf: (word: string) => string = stem): readonly string[] {
  const words: string[] = [];
  for (const piece of piecesOf(text)) {
    if (piece.length > MAX_WORD) continue;
    if (STARTS_UNSPACED.test(piece)) words.push(...pairsOf(piece));
    else if (!STOP_WORDS.has(piece)) words.push(stemOf(piece));
  }
  return words;
}

/** Lower-case pieces, parted where names change from one word to the next. */
function piecesOf(text: string): readonly string[] {
  if (IS_PLAIN.test(text)) {
    const spaced = text.replaceAll(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$& ");
    return spaced.toLowerCase().match(PLAIN_PIECES) ?? [];
  }
  const spaced = text.normalize("NFKD").replaceAll(/\p{M}+/gu, "").normalize("NFC")
    .replaceAll(/(\p{Ll}|\p{N})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$& ");
  return spaced.toLowerCase().match(PIECES) ?? [];
}

function pairsOf(text: string): string[] {
  const characters = [...text];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}
