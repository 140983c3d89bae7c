/**
 * A list of a server over all its pages, with a bound on pages, entries and the whole of what is read:
 * every page is as long as its server likes, and there is always one more.
 */

import { weightOf } from "./weight.ts";

/** Entries kept of one list. */
export const MAX_ENTRIES = 2_000;

/** Pages asked of one list. */
export const MAX_PAGES = 256;

/** What is read of one list over all its pages, and so what is kept of it, by weight. */
export const MAX_LIST_WEIGHT: number = 32 * 1024 * 1024;

/** Where the next page begins. */
export type PageParams = { readonly cursor?: string };

/** One page. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly nextCursor: string | undefined;
  /** Of all that came with the page. */
  readonly weight: number;
}

/** A list; `isComplete` is false when it was too long and has been cut. */
export interface PagedList<Entry> {
  readonly entries: Entry[];
  readonly isComplete: boolean;
  /** Of all that was read. */
  readonly weight: number;
}

/** Reads the list. */
export async function readPages<Entry>(
  ask: (params: PageParams) => Promise<Page<Entry>>,
): Promise<PagedList<Entry>> {
  const entries: Entry[] = [];
  let cursor: string | undefined;
  let weight = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await ask(cursor === undefined ? {} : { cursor });
    const isWhole = take(entries, answer.entries, MAX_LIST_WEIGHT - weight);
    weight += answer.weight;
    cursor = answer.nextCursor;
    if (!isWhole) return { entries, isComplete: false, weight };
    if (cursor === undefined) return { entries, isComplete: true, weight };
    // SAFETY: pages of bounded size without end would fill the memory of the service
    // (test/unit/mcp/paged_list_test.ts).
    if (weight >= MAX_LIST_WEIGHT || entries.length >= MAX_ENTRIES) break;
  }
  return { entries, isComplete: false, weight };
}

/** Takes entries as far as they fit, and tells whether all did. */
function take<Entry>(entries: Entry[], more: readonly Entry[], room: number): boolean {
  let left = room;
  for (const entry of more) {
    left -= weightOf(entry, left);
    if (left < 0 || entries.length >= MAX_ENTRIES) return false;
    entries.push(entry);
  }
  return true;
}
