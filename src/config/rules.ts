/** What must hold between the values of a configuration. */

import { nearestName } from "../base/nearest.ts";
import { SHELL_COMMANDS } from "../protocol/bash_commands.ts";
import type { BrokenRule } from "./broken_rule.ts";
import { grantRules } from "./grant_rules.ts";
import { isLoopback } from "./loopback.ts";
import { oauthRules } from "./oauth_rules.ts";
import { openApiFaults } from "./openapi_api.ts";
import type { ConfigFile } from "./schema.ts";
import { nameFault, serverNames } from "./server_names.ts";
import { toolPolicyFaults } from "./tool_policy.ts";

/** What the addresses of each transport begin with. A WebSocket's may be written as that of the site. */
const ADDRESSES = Object.freeze(
  {
    http: ["http:// or https://", /^https?:/i],
    websocket: ["ws:// or wss://", /^(?:wss?|https?):/i],
  } as const,
);

/** Every rule a file breaks; `embedded` names servers that are not its own. */
export function brokenRules(
  file: ConfigFile,
  embedded: readonly string[],
): readonly BrokenRule[] {
  const servers = serverNames(file, embedded);
  return [
    ...serverRules(file),
    ...authRules(file),
    ...sandboxRules(file),
    ...bashRules(file),
    ...mcpRules(file),
    ...oauthRules(file),
    ...shownRules(file),
    ...grantRules(file, servers),
    ...openApiRules(file),
    ...toolPolicyFaults(file.security.tools, servers),
  ];
}

/** A command that is not there would be missed by the first script that needs it. */
function bashRules({ sandbox: { bash } }: ConfigFile): BrokenRule[] {
  return (bash.commands ?? []).flatMap((name, index) =>
    SHELL_COMMANDS.includes(name) ? [] : [{
      path: ["sandbox", "bash", "commands", index],
      message: `"${name}" is no command of the shell`,
      suggestion: nearestName(name, SHELL_COMMANDS),
    }]
  );
}

/** A server that is to be shown as it is must be there. */
function shownRules({ server, mcp }: ConfigFile): BrokenRule[] {
  const known = Object.keys(mcp.servers);
  return server.mcp.passThrough.flatMap((name, index) =>
    known.includes(name) ? [] : [{
      path: ["server", "mcp", "passThrough", index],
      message: `There is no server "${name}" in mcp.servers`,
      suggestion: nearestName(name, known),
    }]
  );
}

const PROVIDER = ["security", "auth", "provider"];

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
      about: [PROVIDER],
    });
  }
  return rules;
}

function authRules({ security: { auth } }: ConfigFile): BrokenRule[] {
  const { provider, issuer, audience, jwksUri, keys } = auth;
  const path = ["security", "auth"];
  const rules: BrokenRule[] = [];
  if (provider === "oauth2" && (issuer === undefined || audience === undefined)) {
    rules.push({
      path,
      message: "oauth2 needs an issuer and an audience",
      about: [[...path, "issuer"], [...path, "audience"]],
    });
  }
  if (provider === "api-key" && keys.length === 0) {
    rules.push({
      path,
      message: "api-key needs keys; `codemode key` makes one",
      about: [[...path, "keys"]],
    });
  }
  // SAFETY: who lists callers and forgets the provider would let everybody in.
  if (provider !== "api-key" && keys.length > 0) {
    const message = `provider ${provider} does not look at keys`;
    rules.push({ path: [...path, "keys"], message, about: [PROVIDER] });
  }
  if (provider !== "oauth2" && Object.keys(auth.scopes).length > 0) {
    const message = `provider ${provider} does not look at scopes`;
    rules.push({ path: [...path, "scopes"], message, about: [PROVIDER] });
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
  const { workers, light, limits } = sandbox;
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
  if (light.warm > light.processes) {
    rules.push({
      path: ["sandbox", "light", "warm"],
      message: `warm is ${light.warm}, more than processes (${light.processes})`,
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

function mcpRules({ mcp }: ConfigFile): BrokenRule[] {
  return Object.entries(mcp.servers).flatMap(([name, server]): BrokenRule[] => {
    const path = ["mcp", "servers", name];
    const named = nameRules(name, path);
    const needs = server.transport === "stdio" ? "command" : "url";
    if (server[needs] === undefined) {
      const message = `transport ${server.transport} needs ${needs}`;
      return [...named, { path, message, about: [[...path, "transport"], [...path, needs]] }];
    }
    return [...named, ...addressRules(server, path)];
  });
}

/** Addresses that nothing here can speak to. */
function addressRules(
  { transport, url }: ConfigFile["mcp"]["servers"][string],
  path: readonly string[],
): BrokenRule[] {
  if (transport === "stdio" || url === undefined || !URL.canParse(url)) return [];
  const [known, schemes] = ADDRESSES[transport];
  if (schemes.test(url)) return [];
  const message = `must begin with ${known} for transport ${transport}`;
  return [{ path: [...path, "url"], message }];
}

function nameRules(name: string, path: readonly string[]): BrokenRule[] {
  const message = nameFault(name);
  return message === undefined ? [] : [{ path, message }];
}

function openApiRules({ mcp, openapi }: ConfigFile): BrokenRule[] {
  return Object.entries(openapi).flatMap(([name, api]): BrokenRule[] => {
    const path = ["openapi", name];
    const taken = Object.hasOwn(mcp.servers, name);
    return [
      ...nameRules(name, path),
      ...(taken ? [{ path, message: `there is another server "${name}"` }] : []),
      ...openApiFaults(api).map((fault) => ({ ...fault, path: [...path, ...fault.path] })),
    ];
  });
}
