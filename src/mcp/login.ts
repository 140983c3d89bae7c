/** A login to a server as it is kept: whose it is, what it is good for, and its tokens. */

import type { OAuthClientInformationMixed } from "@modelcontextprotocol/client";
import type { OAuthConfig } from "../config/mod.ts";

/** Whose login: there is one at a time for a server and a principal. */
export interface LoginKey {
  readonly server: string;
  readonly principal: string;
}

/** A login. Everything in it is secret unless said otherwise. */
export interface Login extends LoginKey {
  /** The server's address; a login is of no use at another. */
  readonly url: string;
  /** How it came about: as a person, or as the service itself. */
  readonly grant: OAuthConfig["grant"];
  /** Who issued the tokens and knows the client; they are shown to nobody else. */
  readonly issuer: string;
  /** The client as registered; without the secret where the configuration holds it. */
  readonly client: OAuthClientInformationMixed;
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** What was granted, separated by spaces. */
  readonly scope?: string;
  /** What the server has asked for since. */
  readonly neededScope?: string;
}

/** The principal of connections that all callers share. */
export const SHARED_PRINCIPAL = "service";

/** The principal of connections to servers that a caller added: nobody else's, not the operator's. */
export function callersPrincipal(caller: string): string {
  return `added by ${caller}`;
}

/** The login in a decrypted text; a `TypeError` says that it is none. */
export function parseLogin(text: string): Login {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) throw new TypeError("Cannot read the login: it is no mapping");
  for (const name of ["server", "principal", "url", "grant", "issuer", "accessToken"]) {
    if (typeof value[name] !== "string") {
      throw new TypeError(`Cannot read the login: it has no ${name}`);
    }
  }
  if (!isRecord(value["client"]) || typeof value["client"]["client_id"] !== "string") {
    throw new TypeError("Cannot read the login: it has no client");
  }
  // What is sealed was written by us; the checks are for files of another version.
  return Object.freeze(value) as unknown as Login;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
