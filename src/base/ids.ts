/** Identifiers: unguessable, URL-safe, with a prefix that says what they name. */

/** A new identifier such as `exec_3f0c…`: the prefix, an underscore, 128 random bits in hex. */
export function newId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;
}
