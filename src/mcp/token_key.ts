/** The key that logins are encrypted with: of the environment, else of a file made at first need. */

import { Buffer } from "node:buffer";
import { randomBytes, randomUUID } from "node:crypto";
import { link, readFile, rm, stat, writeFile } from "node:fs/promises";
import { CodemodeError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import { KEY_BYTES } from "./sealed_login.ts";

/** The variable that holds a key. */
export const TOKEN_KEY_VARIABLE = "CODEMODE_TOKEN_KEY";

/** Whether others than the owner may read or write a file. */
const OTHERS = 0o077;

/** A key of 64 hexadecimal digits, or of 32 bytes in base64. */
export function parseTokenKey(text: Secret): Uint8Array {
  const given = text.reveal().trim();
  const bytes = /^[0-9a-f]{64}$/i.test(given)
    ? Buffer.from(given, "hex")
    : Buffer.from(given, "base64");
  if (bytes.length === KEY_BYTES) return bytes;
  throw new CodemodeError(
    "CONFIG_INVALID",
    `${TOKEN_KEY_VARIABLE} is no key: it takes ${KEY_BYTES} bytes, as 64 hexadecimal digits or in base64`,
  );
}

/** The key in a file, which only its owner may reach; undefined where there is none. */
export async function readTokenKey(path: string): Promise<Uint8Array | undefined> {
  try {
    const { mode } = await stat(path);
    // SAFETY: who reads the key reads the logins (token_store_test.ts).
    if ((mode & OTHERS) !== 0) throw unusable(path, "others may read it; chmod 600 mends that");
    const key = await readFile(path);
    if (key.length !== KEY_BYTES) throw unusable(path, `it has not ${KEY_BYTES} bytes`);
    return key;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The key in a file, made when there is none; of several who make it at once, one wins. */
export async function ensureTokenKey(path: string): Promise<Uint8Array> {
  const found = await readTokenKey(path);
  if (found) return found;
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, randomBytes(KEY_BYTES), { flag: "wx", mode: 0o600 });
    // A link never replaces, and nobody sees a key that is half written.
    await link(fresh, path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  return await ensureTokenKey(path);
}

function unusable(path: string, reason: string): CodemodeError {
  return new CodemodeError("CONFIG_INVALID", `The key file ${path} cannot be used: ${reason}`, {
    details: { reason },
  });
}
