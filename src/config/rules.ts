/** What must hold between the values of a configuration. */

import { nearestName } from "../base/nearest.ts";
import { splitHostEntry } from "../capability/mod.ts";
import { isLoopback } from "./loopback.ts";
import type { ConfigFile } from "./schema.ts";
import { toolPolicyFaults } from "./tool_policy.ts";

/** A broken rule: where, and what is wrong. */
export interface BrokenRule {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly suggestion?: string | undefined;
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
const HEADER_VALUE = /^[\x20-\x7e]+$/;
const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Every rule a file breaks. */
export function brokenRules(file: ConfigFile): readonly BrokenRule[] {
  return [
    ...serverRules(file),
    ...authRules(file),
    ...sandboxRules(file),
    ...credentialRules(file),
    ...mcpRules(file),
    ...toolPolicyFaults(file.security.tools, new Set([...Object.keys(file.mcp.servers), "tools"])),
  ];
}

/** Scheme and authority, as browsers send it: a longer text would never match. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/\s*?#@]+$/;

function originRules({ cors: { origins } }: ConfigFile["server"]): BrokenRule[] {
  return origins.flatMap((origin, index) =>
    ORIGIN.test(origin) ? [] : [{
      path: ["server", "cors", "origins", index],
      message: `"${origin}" is not an origin such as "https://app.example"; each one is named`,
    }]
  );
}

function serverRules({ server, security: { auth } }: ConfigFile): BrokenRule[] {
  const { host, limits } = server;
  const rules = originRules(server);
  if (limits.headersTimeout > limits.requestTimeout) {
    rules.push({
      path: ["server", "limits", "headersTimeout"],
      message: "headersTimeout is more than requestTimeout",
    });
  }
  if (!isLoopback(host) && auth.provider === "none") {
    rules.push({
      path: ["server", "host"],
      message: `${host} is reachable from other machines, and security.auth.provider is none: ` +
        "anyone could run programs here; set a provider or listen on 127.0.0.1",
    });
  }
  return rules;
}

function authRules({ security: { auth } }: ConfigFile): BrokenRule[] {
  const { provider, issuer, audience, jwksUri, keys } = auth;
  const path = ["security", "auth"];
  const rules: BrokenRule[] = [];
  if (provider === "oauth2" && (issuer === undefined || audience === undefined)) {
    rules.push({ path, message: "oauth2 needs an issuer and an audience" });
  }
  if (provider === "api-key" && keys.length === 0) {
    rules.push({ path, message: "api-key needs keys; `codemode key` makes one" });
  }
  // SAFETY: who lists callers and forgets the provider would let everybody in.
  if (provider !== "api-key" && keys.length > 0) {
    rules.push({ path: [...path, "keys"], message: `provider ${provider} does not look at keys` });
  }
  if (provider !== "oauth2" && Object.keys(auth.scopes).length > 0) {
    const message = `provider ${provider} does not look at scopes`;
    rules.push({ path: [...path, "scopes"], message });
  }
  for (const [name, url] of Object.entries({ issuer, jwksUri })) {
    if (url !== undefined && !isPrivate(url)) {
      rules.push({ path: [...path, name], message: "must be https, or http on this machine" });
    }
  }
  const seen = new Set<string>();
  keys.forEach(({ id, hash }, index) => {
    if (seen.has(id) || seen.has(hash)) {
      rules.push({ path: [...path, "keys", index], message: "its id or hash stands there twice" });
    }
    seen.add(id).add(hash);
  });
  return rules;
}

/** Whether nobody between here and there can change what is said. */
function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

function sandboxRules({ sandbox }: ConfigFile): BrokenRule[] {
  const { workers, limits } = sandbox;
  const rules: BrokenRule[] = [];
  if (sandbox.carrier === "worker" && !sandbox.trustWorkers) {
    rules.push({
      path: ["sandbox", "carrier"],
      message: "a worker does not hold hostile programs: one can end the service or keep a core; " +
        "use process, or set sandbox.trustWorkers: true if every program is trusted",
    });
  }
  if (sandbox.carrier === "worker" && sandbox.wrapper !== undefined) {
    rules.push({
      path: ["sandbox", "wrapper"],
      message: "a wrapper is put in front of processes, and sandbox.carrier is worker",
    });
  }
  if (workers.min > workers.max) {
    rules.push({
      path: ["sandbox", "workers", "min"],
      message: `min is ${workers.min}, more than max (${workers.max})`,
    });
  }
  if (limits.timeout > limits.maxTimeout) {
    rules.push({
      path: ["sandbox", "limits", "timeout"],
      message: "timeout is more than maxTimeout",
    });
  }
  if (limits.memory > limits.maxMemory) {
    rules.push({ path: ["sandbox", "limits", "memory"], message: "memory is more than maxMemory" });
  }
  return rules;
}

function credentialRules({ security: { credentials } }: ConfigFile): BrokenRule[] {
  return credentials.flatMap(({ host, header, value }, index): BrokenRule[] => {
    const at = (key: string) => ["security", "credentials", index, key];
    const hostRules = splitHostEntry(host) === undefined
      ? [{ path: at("host"), message: `${host} is no host such as api.example.com` }]
      : [];
    const headerRules = !HEADER_NAME.test(header) || header.toLowerCase() === "host"
      ? [{ path: at("header"), message: `${header} is no header that can be added` }]
      : [];
    const valueRules = HEADER_VALUE.test(value.reveal())
      ? []
      : [{ path: at("value"), message: "it is empty or has characters that no header may have" }];
    return [...hostRules, ...headerRules, ...valueRules];
  });
}

function mcpRules({ mcp, security }: ConfigFile): BrokenRule[] {
  const rules = Object.entries(mcp.servers).flatMap(([name, server]): BrokenRule[] => {
    const path = ["mcp", "servers", name];
    const named = SERVER_NAME.test(name)
      ? []
      : [{ path, message: "a server's name has letters, digits, _ and -, 64 at most" }];
    const needs = server.transport === "stdio" ? "command" : "url";
    if (server[needs] === undefined) {
      return [...named, { path, message: `transport ${server.transport} needs ${needs}` }];
    }
    return named;
  });
  const known = new Set([...Object.keys(mcp.servers), "*", "tools"]);
  const strange = grantsOf(security).flatMap(([path, set]) =>
    (set?.mcp?.allowedServers ?? []).flatMap((name, index) =>
      known.has(name) ? [] : [{
        path: ["security", ...path, "mcp", "allowedServers", index],
        message: `there is no server "${name}"`,
        suggestion: nearestName(name, known),
      }]
    )
  );
  return [...rules, ...strange];
}

type Security = ConfigFile["security"];

/** Every set a configuration grants, and where it stands. */
function grantsOf(
  { auth, capabilities }: Security,
): [readonly PropertyKey[], Security["capabilities"] | undefined][] {
  return [
    [["capabilities"], capabilities],
    ...auth.keys.map((key, index): [PropertyKey[], Security["capabilities"] | undefined] => [
      ["auth", "keys", index, "capabilities"],
      key.capabilities,
    ]),
    ...Object.entries(auth.scopes).map(([name, set]): [PropertyKey[], Security["capabilities"]] => [
      ["auth", "scopes", name],
      set,
    ]),
  ];
}
