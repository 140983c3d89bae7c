/**
 * How deep a JSON text nests, found without parsing it: parsing what nests a million levels deep takes
 * seconds, in which nothing else runs. Pure.
 */

/** Levels that nobody's data has. */
export const MAX_JSON_DEPTH = 1_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether arrays and objects in the UTF-8 bytes of a JSON text nest deeper than `maxDepth`. */
export function nestsDeeper(bytes: Uint8Array, maxDepth: number = MAX_JSON_DEPTH): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maxDepth) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}
