/**
 * Logins encrypted by AES-256-GCM. Whose login it is stands in clear beside it and is part of what
 * is authenticated, so that neither a byte nor the place of a sealed login can be changed unnoticed.
 */

import { Buffer } from "node:buffer";
import { randomBytes, webcrypto } from "node:crypto";
import { type Login, type LoginKey, parseLogin } from "./login.ts";

const ALGORITHM = "AES-GCM";
const IV_BYTES = 12;
const VERSION = 1;

/** Bytes of a key. */
export const KEY_BYTES = 32;

interface Envelope extends LoginKey {
  readonly version: number;
  readonly issuer: string;
  readonly iv: string;
  /** What is encrypted, and behind it the mark that tells of changes. */
  readonly data: string;
}

/** The login as text that shows its server, principal and issuer, and nothing else of it. */
export async function sealLogin(login: Login, key: Uint8Array): Promise<string> {
  const { server, principal, issuer } = login;
  const iv = randomBytes(IV_BYTES);
  const data = await webcrypto.subtle.encrypt(
    { name: ALGORITHM, iv, additionalData: ownerOf({ server, principal, issuer }) },
    await importKey(key, "encrypt"),
    Buffer.from(JSON.stringify(login)),
  );
  const envelope: Envelope = {
    version: VERSION,
    server,
    principal,
    issuer,
    iv: iv.toString("base64"),
    data: Buffer.from(data).toString("base64"),
  };
  return `${JSON.stringify(envelope)}\n`;
}

/** The login of `owner` in a sealed text; rejects when it is changed, another's, or of another key. */
export async function openLogin(text: string, owner: LoginKey, key: Uint8Array): Promise<Login> {
  const { issuer, iv, data } = JSON.parse(text) as Partial<Envelope>;
  const [nonce, body] = [iv, data].map((part) => Buffer.from(String(part), "base64"));
  // SAFETY: the owner is the one asked for, not the one the file names (token_store_test.ts).
  const additionalData = ownerOf({ ...owner, issuer: String(issuer) });
  const opened = await webcrypto.subtle.decrypt(
    { name: ALGORITHM, iv: nonce!, additionalData },
    await importKey(key, "decrypt"),
    body!,
  );
  return parseLogin(Buffer.from(opened).toString("utf8"));
}

function importKey(key: Uint8Array, usage: "encrypt" | "decrypt"): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey("raw", key, ALGORITHM, false, [usage]);
}

function ownerOf({ server, principal, issuer }: LoginKey & { readonly issuer: string }): Buffer {
  return Buffer.from(JSON.stringify([VERSION, server, principal, issuer]));
}
