/** What must hold between the values of a server's `auth`. */

import { isLoopback } from "./loopback.ts";
import type { BrokenRule } from "./broken_rule.ts";
import type { ConfigFile } from "./schema.ts";

type Server = ConfigFile["mcp"]["servers"][string];
type OAuth = Extract<NonNullable<Server["auth"]>, { type: "oauth" }>;

/** Every rule that logins to servers break. */
export function oauthRules({ mcp }: ConfigFile): readonly BrokenRule[] {
  return Object.entries(mcp.servers).flatMap(([name, server]) => {
    if (server.auth?.type !== "oauth") return [];
    const path = ["mcp", "servers", name, "auth"];
    return [...serverFaults(server), ...clientFaults(server.auth), ...addressFaults(server.auth)]
      .map(([key, message]): BrokenRule => ({ path: [...path, key], message }));
  });
}

type Fault = readonly [key: keyof OAuth, message: string];

function serverFaults({ transport, url, headers }: Server): Fault[] {
  if (transport !== "http") return [["type", `oauth needs transport http, not ${transport}`]];
  const faults: Fault[] = [];
  if (url !== undefined && !isPrivate(url)) {
    faults.push(["type", "oauth needs an https url, or http on this machine"]);
  }
  if (Object.keys(headers).some((name) => name.toLowerCase() === "authorization")) {
    faults.push(["type", "oauth and an authorization header exclude each other"]);
  }
  return faults;
}

function clientFaults({ grant, issuer, clientId, clientSecret }: OAuth): Fault[] {
  const faults: Fault[] = [];
  if (grant === "client_credentials" && (clientId === undefined || clientSecret === undefined)) {
    faults.push(["grant", "client_credentials needs clientId and clientSecret"]);
  }
  if (clientSecret !== undefined && clientId === undefined) {
    faults.push(["clientSecret", "clientSecret needs clientId"]);
  }
  // SAFETY: without it the MCP server names who is sent the secret (oauth_rules_test.ts).
  if (clientSecret !== undefined && issuer === undefined) {
    faults.push(["clientSecret", "clientSecret needs issuer, the one it may be sent to"]);
  }
  return faults;
}

function addressFaults({ issuer, clientMetadataUrl }: OAuth): Fault[] {
  const faults: Fault[] = [];
  if (issuer !== undefined && !isPrivate(issuer)) {
    faults.push(["issuer", "must be https, or http on this machine"]);
  }
  if (clientMetadataUrl !== undefined && !isMetadataUrl(clientMetadataUrl)) {
    faults.push(["clientMetadataUrl", "must be https and have a path"]);
  }
  return faults;
}

function isMetadataUrl(url: string): boolean {
  const { protocol, pathname } = new URL(url);
  return protocol === "https:" && pathname !== "/";
}

function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}
