/**
 * Logins encrypted by AES-256-GCM. Whose login it is stands in clear beside it and is part of what
 * is authenticated, so that neither a byte nor the place of a sealed login can be changed unnoticed.
 */

import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type Login, type LoginKey, parseLogin } from "./login.ts";

const ALGORITHM = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

/** Bytes of a key. */
export const KEY_BYTES = 32;

interface Envelope extends LoginKey {
  readonly version: number;
  readonly issuer: string;
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

/** The login as text that shows its server, principal and issuer, and nothing else of it. */
export function sealLogin(login: Login, key: Uint8Array): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  const { server, principal, issuer } = login;
  cipher.setAAD(ownerOf({ server, principal, issuer }));
  const data = Buffer.concat([cipher.update(JSON.stringify(login), "utf8"), cipher.final()]);
  const envelope: Envelope = {
    version: VERSION,
    server,
    principal,
    issuer,
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
  return `${JSON.stringify(envelope)}\n`;
}

/** The login of `owner` in a sealed text; throws when it is changed, another's, or of another key. */
export function openLogin(text: string, owner: LoginKey, key: Uint8Array): Login {
  const { issuer, iv, tag, data } = JSON.parse(text) as Partial<Envelope>;
  const [nonce, mark, body] = [iv, tag, data].map((part) => Buffer.from(String(part), "base64"));
  const decipher = createDecipheriv(ALGORITHM, key, nonce!, { authTagLength: TAG_BYTES });
  // SAFETY: the owner is the one asked for, not the one the file names (token_store_test.ts).
  decipher.setAAD(ownerOf({ ...owner, issuer: String(issuer) }));
  decipher.setAuthTag(mark!);
  return parseLogin(Buffer.concat([decipher.update(body!), decipher.final()]).toString("utf8"));
}

function ownerOf({ server, principal, issuer }: LoginKey & { readonly issuer: string }): Buffer {
  return Buffer.from(JSON.stringify([VERSION, server, principal, issuer]));
}
