/** Reads a whole list of a server, over its pages, with a bound, and how long it may be kept. */

import { MAX_LIST_WEIGHT, type Page, readPages } from "./paged_list.ts";
import type { Session } from "./session.ts";
import { weightOf } from "./weight.ts";

/** The lists a server has besides its tools. */
export type ListMethod = "resources/list" | "resources/templates/list" | "prompts/list";

type Item = Readonly<Record<string, unknown>>;

/** A list as the server has it. `isComplete` is false when it was too long and has been cut. */
export interface McpList {
  readonly items: readonly Item[];
  readonly isComplete: boolean;
  /** Milliseconds it may be kept; 0 when it may not. */
  readonly keepMs: number;
}

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
  session: Pick<Session, "capabilities" | "list">,
  method: ListMethod,
  signal: AbortSignal,
): Promise<McpList> {
  const { resources, prompts } = session.capabilities;
  const declared = method === "prompts/list" ? prompts : resources;
  if (!declared) return EMPTY;
  let keepMs: number | undefined;
  const { entries, isComplete } = await readPages(async (params): Promise<Page<Item>> => {
    const answer = await session.list(method, params, signal);
    keepMs ??= readTtl(answer["ttlMs"]);
    return {
      entries: answer[MEMBERS[method]] as readonly Item[],
      nextCursor: typeof answer["nextCursor"] === "string" ? answer["nextCursor"] : undefined,
      weight: weightOf(answer, MAX_LIST_WEIGHT),
    };
  });
  const toldKeepMs = declared.listChanged === true ? TOLD_KEEP_MS : 0;
  return Object.freeze({
    items: Object.freeze(entries),
    isComplete,
    keepMs: keepMs ?? toldKeepMs,
  });
}

function readTtl(ttlMs: unknown): number | undefined {
  if (typeof ttlMs !== "number" || !(ttlMs > 0)) return undefined;
  return Math.min(ttlMs, MAX_KEEP_MS);
}
