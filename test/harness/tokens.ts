/** Keys and tokens of issuers, made with `node:crypto` alone, so that they are not judged by their maker. */

import { Buffer } from "node:buffer";
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Algorithms of {@link createTokenKey}. */
export type KeyAlgorithm = "RS256" | "PS256" | "ES256" | "EdDSA";

/** A key pair of an issuer. */
export interface TokenKey {
  readonly kid: string;
  /** The public half, as a key set holds it. */
  readonly jwk: Readonly<Record<string, unknown>>;
  /** The public half as PEM, as an attacker may take it for a secret. */
  readonly pem: string;
  /** A token; `header` comes on top of `alg`, `kid` and `typ`. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>;
}

/** Makes a key pair. */
export function createTokenKey(alg: KeyAlgorithm, kid: string): Promise<TokenKey> {
  const { publicKey, privateKey } = generate(alg);
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" };
  return Promise.resolve({
    kid,
    jwk,
    pem: String(publicKey.export({ format: "pem", type: "spki" })),
    sign: (claims, header = {}) => {
      const input = `${encode({ alg, kid, typ: "at+jwt", ...header })}.${encode(claims)}`;
      return Promise.resolve(`${input}.${signature(alg, input, privateKey)}`);
    },
  });
}

/** A token signed with a shared secret. */
export function signWithSecret(secret: string, claims: unknown, header: unknown): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** A token without a signature. */
export function unsigned(claims: unknown, header: unknown = { alg: "none", typ: "JWT" }): string {
  return `${encode(header)}.${encode(claims)}.`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function generate(alg: KeyAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  if (alg === "ES256") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  if (alg === "EdDSA") return generateKeyPairSync("ed25519");
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

function signature(alg: KeyAlgorithm, input: string, key: KeyObject): string {
  const bytes = Buffer.from(input);
  switch (alg) {
    case "ES256":
      return sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }).toString("base64url");
    case "EdDSA":
      return sign(null, bytes, key).toString("base64url");
    case "RS256":
      return sign("sha256", bytes, key).toString("base64url");
    case "PS256":
      return sign("sha256", bytes, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 32,
      }).toString("base64url");
  }
}
