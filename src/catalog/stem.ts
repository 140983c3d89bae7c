/** English words without their endings, as Porter's algorithm of 1980 has it. Pure; linear. */

/** Longer words are left as they are: they are not English. */
const MAX_STEMMED = 40;

const CONSONANT = "(?:[^aeiouy]|(?<=^|[aeiou])y)";
const VOWEL = "(?:[aeiou]|(?<![aeiou]|^)y)";
const HAS_VOWEL = new RegExp(VOWEL);
const ENDS_DOUBLE = /([^aeiouylsz])\1$/;
const ENDS_SHORT = new RegExp(`^${CONSONANT}+${VOWEL}[^aeiouwxy]$`);
const ENDS_CVC = new RegExp(`${CONSONANT}${VOWEL}[^aeiouwxy]$`);

const STEP_TWO: readonly (readonly [string, string])[] = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["abli", "able"],
  ["alli", "al"],
  ["entli", "ent"],
  ["eli", "e"],
  ["ousli", "ous"],
  ["ization", "ize"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["alism", "al"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["biliti", "ble"],
];
const STEP_THREE: readonly (readonly [string, string])[] = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ful", ""],
  ["ness", ""],
];
const STEP_FOUR: readonly string[] = [
  ..."ement ment ance ence able ible ant ent ism ate iti ous ive ize al er ic ou".split(" "),
];

/** The stem of a lower-case word; words with anything but a to z are their own. */
export function stem(word: string): string {
  if (word.length < 3 || word.length > MAX_STEMMED || !/^[a-z]+$/.test(word)) return word;
  const plain = withoutY(withoutPast(withoutPlural(word)));
  return withoutFinalE(stepFour(replaced(replaced(plain, STEP_TWO), STEP_THREE)));
}

function withoutPlural(word: string): string {
  if (word.endsWith("sses") || word.endsWith("ies")) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

function withoutPast(word: string): string {
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const root = word.endsWith("ed")
    ? word.slice(0, -2)
    : word.endsWith("ing")
    ? word.slice(0, -3)
    : undefined;
  if (root === undefined || !HAS_VOWEL.test(root)) return word;
  if (/(?:at|bl|iz)$/.test(root)) return `${root}e`;
  if (ENDS_DOUBLE.test(root)) return root.slice(0, -1);
  return measure(root) === 1 && ENDS_SHORT.test(root) ? `${root}e` : root;
}

function withoutY(word: string): string {
  const root = word.slice(0, -1);
  return word.endsWith("y") && HAS_VOWEL.test(root) ? `${root}i` : word;
}

function replaced(word: string, endings: readonly (readonly [string, string])[]): string {
  const found = endings.find(([ending]) => word.endsWith(ending));
  if (found === undefined) return word;
  const root = word.slice(0, -found[0].length);
  return measure(root) > 0 ? root + found[1] : word;
}

function stepFour(word: string): string {
  const ending = /(?<=[st])ion$/.test(word)
    ? "ion"
    : STEP_FOUR.find((candidate) => word.endsWith(candidate));
  if (ending === undefined) return word;
  const root = word.slice(0, -ending.length);
  return measure(root) > 1 ? root : word;
}

function withoutFinalE(word: string): string {
  const root = word.slice(0, -1);
  const isDropped = word.endsWith("e") &&
    (measure(root) > 1 || (measure(root) === 1 && !ENDS_CVC.test(root)));
  const short = isDropped ? root : word;
  return measure(short) > 1 && short.endsWith("ll") ? short.slice(0, -1) : short;
}

/** How often vowels are followed by consonants. */
function measure(word: string): number {
  let count = 0;
  let wasVowel = false;
  for (let index = 0; index < word.length; index++) {
    const letter = word[index]!;
    const isVowel: boolean = "aeiou".includes(letter) || (letter === "y" && index > 0 && !wasVowel);
    if (wasVowel && !isVowel) count += 1;
    wasVowel = isVowel;
  }
  return count;
}
