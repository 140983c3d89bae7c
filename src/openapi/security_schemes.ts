/** What the host shows an API: the document's security schemes joined with the configured secrets. */

import { Buffer } from "node:buffer";
import { nearestName } from "../base/nearest.ts";
import type { OpenApiCredential } from "../config/mod.ts";
import { type ApiDocument, DocumentFault, entriesOf, isObject, textOf } from "./api_document.ts";
import type { JsonObject } from "./api_document.ts";
import type { Operation, ParameterPlace } from "./operation.ts";
import { secretsOfHeader } from "./secret_spellings.ts";

/** Where a proof is put, and where it comes from. */
export interface Scheme {
  readonly place: Exclude<ParameterPlace, "path">;
  readonly name: string;
  /** What is sent; another than `refused`, where that can be had. */
  proof(signal: AbortSignal, refused?: Proof): Promise<Proof>;
  /** Whether a new proof can be had when one was refused. */
  readonly isRenewable: boolean;
  /** Texts that an answer must not show besides those of the proofs that were sent for it. */
  secrets(): readonly string[];
}

/** What is sent once. */
export interface Proof {
  readonly text: string;
  /** Texts in it that an answer must not show. */
  readonly secrets: readonly string[];
}

/** Gives tokens for an API's client. */
export interface TokenSource {
  /** A token that is still good and is not `refused`, as far as one is to be had. */
  token(signal: AbortSignal, refused?: string): Promise<string>;
  /** The newest one. */
  readonly last: string | undefined;
}

/** Opens the source of a client's tokens. */
export type OpenTokens = (client: ClientCredential, documented: DocumentedFlow) => TokenSource;

/** A credential that tokens are had for. */
export type ClientCredential = Extract<OpenApiCredential, { readonly clientId: string }>;

/** What the document says of how tokens are had. */
export interface DocumentedFlow {
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;

/** The schemes there is a secret for, by name. Throws a `DocumentFault` for a secret that does not fit. */
export function readSchemes(
  document: ApiDocument,
  auth: Readonly<Record<string, OpenApiCredential>>,
  openTokens: OpenTokens,
): ReadonlyMap<string, Scheme> {
  const { components } = document.root;
  const documented = isObject(components) ? components["securitySchemes"] : undefined;
  return new Map(
    Object.entries(auth).map(([name, credential]) => {
      const scheme = entriesOf(documented).find(([known]) => known === name)?.[1];
      if (scheme === undefined) {
        throw unknownScheme(
          name,
          entriesOf(documented).map(([one]) => one),
        );
      }
      return [name, toScheme(name, document.object(scheme, name), credential, openTokens)];
    }),
  );
}

/**
 * The schemes an operation is called with: the first of its alternatives that there are secrets for.
 * Where the document says nothing, every one; where anonymous calls are an alternative, it is the last.
 */
export function schemesFor(
  { security }: Pick<Operation, "security">,
  schemes: ReadonlyMap<string, Scheme>,
): readonly Scheme[] {
  if (security === undefined) return [...schemes.values()];
  const fitting = security.filter((requirement) =>
    requirement.length > 0 && requirement.every((name) => schemes.has(name))
  );
  return (fitting[0] ?? []).flatMap((name) => schemes.get(name) ?? []);
}

function unknownScheme(name: string, known: readonly string[]): DocumentFault {
  const near = nearestName(name, known);
  const hint = near !== undefined
    ? `; did you mean "${near}"?`
    : known.length === 0
    ? ""
    : `; it has ${known.slice(0, 10).join(", ")}`;
  return new DocumentFault(`it has no security scheme "${name}"${hint}`);
}

function toScheme(
  name: string,
  scheme: JsonObject,
  credential: OpenApiCredential,
  openTokens: OpenTokens,
): Scheme {
  const kind = kindOf(scheme);
  if (kind === "apiKey" && "value" in credential) return keyScheme(name, scheme, credential);
  if (kind === "basic" && "username" in credential) {
    const text = `${credential.username}:${credential.password.reveal()}`;
    const encoded = Buffer.from(text).toString("base64");
    return fixed("header", "authorization", `Basic ${encoded}`, [
      encoded,
      text,
      credential.password.reveal(),
    ]);
  }
  if ((kind === "bearer" || kind === "oauth2") && "token" in credential) {
    const token = credential.token.reveal();
    return fixed("header", "authorization", `Bearer ${token}`, [token]);
  }
  if (kind === "oauth2" && "clientId" in credential) {
    return clientScheme(openTokens(credential, flowOf(scheme)), credential);
  }
  throw new DocumentFault(
    `the security scheme "${name}" needs ${NEEDS[kind]}, and auth has something else`,
  );
}

type Kind = "apiKey" | "basic" | "bearer" | "oauth2" | "other";

const NEEDS: Readonly<Record<Kind, string>> = Object.freeze({
  apiKey: "{ value }",
  basic: "{ username, password }",
  bearer: "{ token }",
  oauth2: "{ clientId, clientSecret } or { token }",
  other: "what cannot be configured",
});

function kindOf({ type, scheme }: JsonObject): Kind {
  if (type === "apiKey") return "apiKey";
  if (type === "oauth2" || type === "openIdConnect") return "oauth2";
  if (type !== "http") return "other";
  const name = textOf(scheme).toLowerCase();
  return name === "basic" || name === "bearer" ? name : "other";
}

function keyScheme(
  schemeName: string,
  scheme: JsonObject,
  { value }: Extract<OpenApiCredential, { readonly value: unknown }>,
): Scheme {
  const place = scheme["in"];
  const name = textOf(scheme["name"]);
  const isPlace = place === "header" || place === "query" || place === "cookie";
  if (!isPlace || name === "" || (place !== "query" && !NAME.test(name))) {
    throw new DocumentFault(`the security scheme "${schemeName}" cannot be sent`);
  }
  const key = value.reveal();
  const secrets = secretsOfHeader(key);
  return fixed(place, place === "header" ? name.toLowerCase() : name, key, secrets);
}

function fixed(
  place: Scheme["place"],
  name: string,
  text: string,
  secrets: readonly string[],
): Scheme {
  return {
    place,
    name,
    proof: () => Promise.resolve({ text, secrets }),
    isRenewable: false,
    secrets: () => secrets,
  };
}

const BEARER = "Bearer ";

function clientScheme(tokens: TokenSource, { clientSecret }: ClientCredential): Scheme {
  return {
    place: "header",
    name: "authorization",
    async proof(signal, refused) {
      const token = await tokens.token(signal, refused?.text.slice(BEARER.length));
      return { text: BEARER + token, secrets: [token] };
    },
    isRenewable: true,
    secrets: () => [clientSecret.reveal(), ...(tokens.last === undefined ? [] : [tokens.last])],
  };
}

function flowOf({ flows }: JsonObject): DocumentedFlow {
  const flow = isObject(flows) ? flows["clientCredentials"] : undefined;
  if (!isObject(flow)) return { tokenUrl: "", scopes: [] };
  return {
    tokenUrl: textOf(flow["tokenUrl"]),
    scopes: entriesOf(flow["scopes"]).map(([scope]) => scope),
  };
}
