/**
 * Which names mean servers in what a caller asks for. Servers that it was not granted are named to
 * nobody: not in a suggestion, and not by an answer that differs from the one for a name that nothing
 * has. Such names are judged by the grant, which does not cover them.
 */

import { nearestName } from "../base/nearest.ts";
import { allowsServer, type CapabilitySet } from "../capability/mod.ts";

/** Server part of a capability string. */
const SERVER = /^mcp:([^.]+)/;

/**
 * Names that are taken for servers: of `all` those in the grant, and whatever else the caller names,
 * unless it is a misspelling of one of these. A caller that was granted all is told of all.
 */
export function serversKnownTo(
  grant: CapabilitySet,
  asked: unknown,
  all: readonly string[],
): readonly string[] {
  const granted = all.filter((name) => allowsServer(grant, name));
  if (allowsServer(grant, ANY_NAME)) return granted;
  const texts = Array.isArray(asked) ? asked.filter((one) => typeof one === "string") : [];
  const named = texts.flatMap((text) => SERVER.exec(text)?.[1] ?? [])
    .filter((name) => nearestName(name, granted) === undefined);
  return [...granted, ...named];
}

/** No server's: only a grant of every server covers it. */
const ANY_NAME = " ";
