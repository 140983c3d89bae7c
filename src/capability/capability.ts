/**
 * Capabilities as a person writes them: `mcp:memory`, `network:api.example.com:443`, `read:./data`.
 * One capability a string; `set.ts` gathers them.
 */

import { CodemodeError } from "../base/errors.ts";
import { isHost } from "./authority.ts";

/** One capability, parsed. */
export type Capability =
  | { readonly kind: "mcp"; readonly server: string; readonly tool?: string }
  | { readonly kind: "network"; readonly host: string; readonly port?: number }
  | { readonly kind: "read"; readonly path: string }
  | { readonly kind: "write"; readonly path: string }
  | { readonly kind: "env"; readonly name: string };

/** Forms a remedy names. */
const FORMS =
  "mcp:SERVER, mcp:SERVER.TOOL, network:HOST, network:HOST:PORT, read:PATH, write:PATH or env:NAME";

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Longest capability string. */
const MAX_LENGTH = 1024;

/** One string as a capability; anything else throws `INVALID_REQUEST` with the remedy. */
export function parseCapability(text: string): Capability {
  const colon = text.indexOf(":");
  const kind = text.slice(0, Math.max(0, colon));
  const rest = text.slice(colon + 1);
  const parsed = text.length > MAX_LENGTH || hasControl(text) ? undefined : parseKind(kind, rest);
  if (parsed !== undefined) return parsed;
  const shown = JSON.stringify(text.slice(0, 100));
  throw new CodemodeError("INVALID_REQUEST", `${shown} is not a capability; write ${FORMS}`, {
    details: { capability: text.slice(0, 100) },
  });
}

/** Whether a text is the name of one environment variable. */
export function isEnvironmentName(text: string): boolean {
  return ENVIRONMENT_NAME.test(text);
}

/** A capability as it is written. */
export function printCapability(capability: Capability): string {
  switch (capability.kind) {
    case "mcp":
      return `mcp:${capability.server}${
        capability.tool === undefined ? "" : `.${capability.tool}`
      }`;
    case "network":
      return `network:${capability.host}${
        capability.port === undefined ? "" : `:${capability.port}`
      }`;
    case "env":
      return `env:${capability.name}`;
    default:
      return `${capability.kind}:${capability.path}`;
  }
}

function parseKind(kind: string, rest: string): Capability | undefined {
  if (rest === "") return undefined;
  switch (kind) {
    case "mcp":
      return parseMcp(rest);
    case "network":
      return parseNetwork(rest);
    case "read":
    case "write":
      return { kind, path: rest };
    case "env":
      return isEnvironmentName(rest) ? { kind, name: rest } : undefined;
    default:
      return undefined;
  }
}

function parseMcp(rest: string): Capability | undefined {
  const dot = rest.indexOf(".");
  if (dot === -1) return { kind: "mcp", server: rest };
  const server = rest.slice(0, dot);
  const tool = rest.slice(dot + 1);
  return server === "" || tool === "" ? undefined : { kind: "mcp", server, tool };
}

function parseNetwork(rest: string): Capability | undefined {
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(rest) ?? [];
  if (!isHost(host)) return undefined;
  if (port === undefined) return { kind: "network", host: host.toLowerCase() };
  const number = Number(port);
  if (number < 1 || number > 65535) return undefined;
  return { kind: "network", host: host.toLowerCase(), port: number };
}

function hasControl(text: string): boolean {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}
