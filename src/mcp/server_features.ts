/** What a server says it has, besides what it is called. */

import type { ServerCapabilities } from "@modelcontextprotocol/client";

/** Who answered. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
}

/** The parts of the protocol that a server serves besides tools. */
export interface ServerFeatures {
  readonly resources: boolean;
  /** Tells of changes of single resources to whoever asked for it. */
  readonly subscriptions: boolean;
  readonly prompts: boolean;
  readonly completions: boolean;
}

/** The flags of what a server declared when it was connected to. */
export function toFeatures(declared: ServerCapabilities): ServerFeatures {
  return Object.freeze({
    resources: declared.resources !== undefined,
    subscriptions: declared.resources?.subscribe === true,
    prompts: declared.prompts !== undefined,
    completions: declared.completions !== undefined,
  });
}
