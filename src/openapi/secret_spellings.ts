/** The texts that tell a secret, besides escapes of single characters. Pure. */

import { Buffer } from "node:buffer";

/** A shorter text would be found in what is no secret. */
export const SHORTEST_SECRET = 8;

/** What is secret in a header's value: all of it, and what stands behind its scheme. */
export function secretsOfHeader(value: string): readonly string[] {
  const [, scheme = "", rest] = /^([A-Za-z][\w-]*) +(\S.*)$/.exec(value) ?? [];
  if (rest === undefined) return [value];
  return [value, rest, ...(scheme.toLowerCase() === "basic" ? secretsOfBasic(rest) : [])];
}

/** The name with the password, and the password, of what the scheme Basic sends. */
export function secretsOfBasic(encoded: string): readonly string[] {
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon < 0 ? [pair] : [pair, pair.slice(colon + 1)];
}

/**
 * What a number that is the secret is read as, without its sign; undefined where the secret is no number
 * or a short one. Zeros in front and digits beyond a number's precision make no difference to that.
 */
export function numberOf(secret: string): number | undefined {
  if (!/^[+-]?\d+(?:\.\d+)?$/.test(secret)) return undefined;
  const number = Math.abs(Number(secret));
  return String(number).length < SHORTEST_SECRET ? undefined : number;
}

/** The secret as it is, with `+` for blanks, as UTF-8 bytes, in base64, also inside of more, and in hex. */
export function spellingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const spellings = [
    secret,
    secret.replaceAll(" ", "+"),
    bytes.toString("latin1"),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64Within(bytes, offset)),
  ];
  return [...new Set(spellings)].filter((one) => one.length >= SHORTEST_SECRET);
}

/** The characters that are the same whatever stands before and behind, in both alphabets. */
function base64Within(bytes: Uint8Array, offset: number): readonly string[] {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const from = Math.ceil((offset * 8) / 6);
  const to = Math.floor((padded.length * 8) / 6);
  return [padded.toString("base64").slice(from, to), padded.toString("base64url").slice(from, to)];
}
