/** What a server tells unasked of its resources and prompts. */

import type { ServerCapabilities, SubscriptionFilter } from "@modelcontextprotocol/client";

/** Something is not what it was when it was last read. */
export type ServerChange =
  | { readonly type: "resources" }
  | { readonly type: "prompts" }
  | { readonly type: "resource"; readonly uri: string };

const MAX_URI_LENGTH = 8 * 1024;

/** The change that a message tells of, if it does. */
export function readChange(message: unknown): ServerChange | undefined {
  const { method, params } = Object(message) as { readonly [member: string]: unknown };
  if (method === "notifications/resources/list_changed") return { type: "resources" };
  if (method === "notifications/prompts/list_changed") return { type: "prompts" };
  if (method !== "notifications/resources/updated") return undefined;
  const uri: unknown = Object(params).uri;
  if (typeof uri !== "string" || uri.length > MAX_URI_LENGTH) return undefined;
  return { type: "resource", uri };
}

/** The changes of lists that a server says it tells of. */
export function changesToldBy(
  { tools, prompts, resources }: ServerCapabilities,
): SubscriptionFilter {
  return {
    ...(tools?.listChanged ? { toolsListChanged: true } : {}),
    ...(prompts?.listChanged ? { promptsListChanged: true } : {}),
    ...(resources?.listChanged ? { resourcesListChanged: true } : {}),
  };
}
