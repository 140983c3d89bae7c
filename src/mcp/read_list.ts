/** Reads a whole list of a server, over its pages, with a bound, and how long it may be kept. */

import type { Session } from "./session.ts";
import { MAX_TOOL_PAGES } from "./tool_list.ts";

/** The lists a server has besides its tools. */
export type ListMethod = "resources/list" | "resources/templates/list" | "prompts/list";

/** A list as the server has it. `isComplete` is false when it was too long and has been cut. */
export interface McpList {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly isComplete: boolean;
  /** Milliseconds it may be kept; 0 when it may not. */
  readonly keepMs: number;
}

/** Entries kept of one list. */
export const MAX_ITEMS = 2_000;

/** Longest a list is kept, whatever the server says. */
export const MAX_KEEP_MS = 10 * 60_000;

/** How long a list is kept of which only changes are told; the notice of one may get lost. */
const TOLD_KEEP_MS = 60_000;

const MEMBERS = Object.freeze({
  "resources/list": "resources",
  "resources/templates/list": "resourceTemplates",
  "prompts/list": "prompts",
});

const EMPTY: McpList = Object.freeze({ items: Object.freeze([]), isComplete: true, keepMs: 0 });

/** Reads a list; an empty one where the server has nothing of the kind. */
export async function readList(
  session: Pick<Session, "capabilities" | "request">,
  method: ListMethod,
  signal: AbortSignal,
): Promise<McpList> {
  const { resources, prompts } = session.capabilities;
  const declared = method === "prompts/list" ? prompts : resources;
  if (!declared) return EMPTY;
  const items: Readonly<Record<string, unknown>>[] = [];
  let cursor: string | undefined;
  let keepMs: number | undefined;
  for (let page = 0; page < MAX_TOOL_PAGES && items.length < MAX_ITEMS; page += 1) {
    const answer = await session.request(method, cursor === undefined ? {} : { cursor }, {
      signal,
    });
    items.push(...answer[MEMBERS[method]] as typeof items);
    keepMs ??= readTtl(answer["ttlMs"]);
    cursor = typeof answer["nextCursor"] === "string" ? answer["nextCursor"] : undefined;
    if (cursor === undefined) break;
  }
  const isComplete = cursor === undefined && items.length <= MAX_ITEMS;
  items.length = Math.min(items.length, MAX_ITEMS);
  const toldKeepMs = declared.listChanged === true ? TOLD_KEEP_MS : 0;
  return Object.freeze({ items: Object.freeze(items), isComplete, keepMs: keepMs ?? toldKeepMs });
}

function readTtl(ttlMs: unknown): number | undefined {
  if (typeof ttlMs !== "number" || !(ttlMs > 0)) return undefined;
  return Math.min(ttlMs, MAX_KEEP_MS);
}
