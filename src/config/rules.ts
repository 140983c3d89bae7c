/** What must hold between the values of a configuration. */

import { nearestName } from "../base/nearest.ts";
import { isLoopback } from "./loopback.ts";
import type { ConfigFile } from "./schema.ts";

/** A broken rule: where, and what is wrong. */
export interface BrokenRule {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly suggestion?: string | undefined;
}

const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Every rule a file breaks. */
export function brokenRules(file: ConfigFile): readonly BrokenRule[] {
  return [...serverRules(file), ...sandboxRules(file), ...mcpRules(file)];
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
  if (auth.provider === "oauth2" && (auth.issuer === undefined || auth.audience === undefined)) {
    rules.push({ path: ["security", "auth"], message: "oauth2 needs an issuer and an audience" });
  }
  return rules;
}

function sandboxRules({ sandbox: { workers, limits } }: ConfigFile): BrokenRule[] {
  const rules: BrokenRule[] = [];
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
  const strange = (security.capabilities.mcp?.allowedServers ?? []).flatMap((name, index) =>
    known.has(name) ? [] : [{
      path: ["security", "capabilities", "mcp", "allowedServers", index],
      message: `there is no server "${name}"`,
      suggestion: nearestName(name, known),
    }]
  );
  return [...rules, ...strange];
}
