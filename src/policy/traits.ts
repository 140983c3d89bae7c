/**
 * What a tool is taken to do. A hint is a server's word: one that makes a tool look harmless counts
 * only from a server that the operator trusts, one that warns counts from anyone.
 */

import type { Tool } from "../contract/mod.ts";

/** Traits that rules may name. */
export const TRAITS = ["readOnly", "destructive", "idempotent", "openWorld"] as const;

/** One of {@link TRAITS}. */
export type Trait = (typeof TRAITS)[number];

/** The traits of `tool`; absent hints mean what the protocol says: destructive, and open to the world. */
export function traitsOf(tool: Tool, isTrusted: boolean): ReadonlySet<Trait> {
  const { annotations = {} } = tool;
  // SAFETY: without trust, `readOnlyHint: true` of a hostile server would open the gate to itself.
  const hint = (name: "readOnlyHint" | "destructiveHint" | "idempotentHint" | "openWorldHint") =>
    isTrusted ? annotations[name] : undefined;
  const traits = new Set<Trait>();
  if (hint("readOnlyHint") === true) traits.add("readOnly");
  else if (hint("destructiveHint") !== false) traits.add("destructive");
  if (hint("idempotentHint") === true) traits.add("idempotent");
  if (hint("openWorldHint") !== false) traits.add("openWorld");
  return traits;
}
