/** The one address that an API's requests go to. Pure. */

import { isAddress, type OpenApiConfig } from "../config/mod.ts";
import { type ApiDocument, DocumentFault, entriesOf, isObject, itemsOf } from "./api_document.ts";
import { textOf } from "./api_document.ts";

/** Characters of a server's address. */
const MAX_LENGTH = 4_096;
/** Values that a message lists. */
const MAX_TOLD = 20;

type Where = Pick<OpenApiConfig, "document" | "baseUrl" | "serverVariables">;

/**
 * `baseUrl`, else the document's first server. Throws a {@link DocumentFault} where neither says an
 * address that may be taken.
 */
export function serverUrl(document: ApiDocument, where: Where): URL {
  if (where.baseUrl !== undefined) return checked(where.baseUrl, undefined);
  const [server] = itemsOf(document.root["servers"]);
  if (server === undefined && documentAddress(where) === undefined) {
    throw new DocumentFault("it names no server; set baseUrl");
  }
  return namedServer(server ?? { url: "/" }, where);
}

/** The server that an operation has of its own, if it is of the same origin. */
export function operationUrl(server: unknown, base: URL, where: Where): URL {
  if (where.baseUrl !== undefined || server === undefined) return base;
  const url = namedServer(server, where);
  // SAFETY: the host's proofs are for one origin.
  if (url.origin === base.origin) return url;
  throw new DocumentFault(`it is at another origin (${url.origin})`);
}

function namedServer(server: unknown, where: Where): URL {
  if (!isObject(server)) throw new DocumentFault("its server is no object; set baseUrl");
  const variables = new Map(
    entriesOf(server["variables"]).map(([name, variable]) => [
      name,
      valueOf(name, variable, where.serverVariables),
    ]),
  );
  const text = textOf(server["url"]).replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new DocumentFault(`its server has no variable "${name}"`);
    return value;
  });
  const from = documentAddress(where);
  const url = checked(text, from);
  // SAFETY: whoever serves the document must not choose where the host's proofs go (test/unit/openapi).
  if (from !== undefined && url.origin !== new URL(from).origin) {
    throw new DocumentFault(`its server ${url.origin} is not where it comes from; set baseUrl`);
  }
  return url;
}

function valueOf(
  name: string,
  variable: unknown,
  given: Readonly<Record<string, string>>,
): string {
  const { default: usual, enum: allowed } = isObject(variable) ? variable : {};
  const value = Object.hasOwn(given, name) ? given[name] : textOf(usual);
  if (Array.isArray(allowed) && !allowed.includes(value)) {
    throw new DocumentFault(`the server variable "${name}" must be one of ${told(allowed)}`);
  }
  return value ?? "";
}

function told(allowed: readonly unknown[]): string {
  return allowed.slice(0, MAX_TOLD).map((one) => String(one).slice(0, 80)).join(", ");
}

function documentAddress({ document }: Where): string | undefined {
  return typeof document === "string" && isAddress(document) ? document : undefined;
}

function checked(text: string, from: string | undefined): URL {
  const isUsable = text.length <= MAX_LENGTH && URL.canParse(text, from);
  const url = isUsable ? new URL(text, from) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new DocumentFault(`its server "${text.slice(0, 120)}" is no address; set baseUrl`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new DocumentFault("credentials do not belong in an address; see auth");
  }
  url.search = "";
  url.hash = "";
  return url;
}
