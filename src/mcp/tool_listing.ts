/** The tools of one server, fetched again whenever it says that they have changed. */

import { type Clock, sleep } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Tool } from "../contract/mod.ts";
import { describeError } from "./background_tasks.ts";
import { CoalescedTask } from "./coalesced_task.ts";
import { createDeadline } from "./deadline.ts";
import { KnownTools } from "./known_tools.ts";
import type { Session } from "./session.ts";
import { MAX_ENTRIES, MAX_LIST_WEIGHT } from "./paged_list.ts";
import { toTools } from "./tool_list.ts";

/** Least time between two fetches of a list that is told to have changed. */
const REST_MS = 100;

/** More of it for what the list before was heavy with, and after one that failed or was too long. */
const REST_PER_MEBIBYTE_MS = 100;
const REST_AFTER_FAULT_MS = 1_000;

/** The most, however often changes are told. */
const LONGEST_REST_MS = 60_000;

/** What a listing needs. */
export interface ToolListingDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longest a server may take for its list. */
  readonly timeoutMs: number;
  /** Told when the list is another one. */
  readonly onToolsChanged: () => void;
}

/** The list that is kept while sessions come and go. */
export class ToolListing {
  readonly #server: string;
  readonly #deps: ToolListingDeps;
  readonly #known = new KnownTools();
  readonly #refetch = new CoalescedTask((before) => this.#readAgain(before));
  #followed: { readonly session: Session; readonly over: AbortController } | undefined;
  #isChangedEarly = false;

  constructor(server: string, deps: ToolListingDeps) {
    this.#server = server;
    this.#deps = deps;
  }

  /** As last seen. */
  get list(): readonly Tool[] {
    return this.#known.list;
  }

  /** Whether the server had this tool when it was last asked. */
  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** Asks `session` for its tools; resolves with how long it is better left alone, in milliseconds. */
  async read(session: Session, signal: AbortSignal): Promise<number> {
    const { logger, onToolsChanged } = this.#deps;
    const { tools, isComplete, weight } = await session.listTools(signal);
    if (!isComplete) {
      const kept = tools.length;
      logger.warn("MCP server lists too many tools", { kept, MAX_ENTRIES, MAX_LIST_WEIGHT });
    }
    if (this.#known.replace(toTools(this.#server, tools))) onToolsChanged();
    return (isComplete ? REST_MS : REST_AFTER_FAULT_MS) + weight / 2 ** 20 * REST_PER_MEBIBYTE_MS;
  }

  /** Asks `session` from now on; what was told between its first list and now makes that list old. */
  async follow(session: Session): Promise<void> {
    this.#followed = { session, over: new AbortController() };
    const isOld = this.#isChangedEarly;
    this.#isChangedEarly = false;
    if (isOld) await this.changed();
  }

  /** Asks nobody any more. */
  leave(): void {
    this.#followed?.over.abort();
    this.#followed = undefined;
  }

  /** Fetches the tools again; changes told meanwhile lead to one more fetch, not to many. */
  async changed(): Promise<void> {
    if (this.#followed) await this.#refetch.request();
    else this.#isChangedEarly = true;
  }

  /** Rests afterwards, longer and longer while changes go on being told. */
  async #readAgain(before: number): Promise<void> {
    if (!this.#followed) return;
    const { session, over } = this.#followed;
    const restMs = await this.#readFrom(session, over.signal);
    const longerMs = Math.min(LONGEST_REST_MS, restMs * 2 ** Math.min(before, 30));
    // SAFETY: a list that is read again at once would leave no time for anything else
    // (test/unit/mcp/tool_listing_test.ts).
    await sleep(this.#deps.clock, longerMs, over.signal).catch(() => {});
  }

  async #readFrom(session: Session, over: AbortSignal): Promise<number> {
    using deadline = createDeadline(this.#deps.clock, this.#deps.timeoutMs, over);
    try {
      return await this.read(session, deadline.signal);
    } catch (error) {
      const reason = describeError(session.explain(error));
      // Of a session that is over, nobody expects an answer.
      if (!over.aborted) this.#deps.logger.warn("MCP server did not list its tools", { reason });
      return REST_AFTER_FAULT_MS;
    }
  }
}
