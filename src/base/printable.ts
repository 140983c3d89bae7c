/** Texts of strangers, made harmless for a line of a file or a terminal. */

/** Controls beyond ASCII's, ends of lines that JSON leaves as they are, what turns a text's direction. */
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON that means the same, with such characters written as escapes. */
export function printableJson(json: string): string {
  return json.replaceAll(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
