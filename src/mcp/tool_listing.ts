/** The tools of one server, fetched again whenever it says that they have changed. */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Tool } from "../contract/mod.ts";
import { describeError } from "./background_tasks.ts";
import { CoalescedTask } from "./coalesced_task.ts";
import { createDeadline } from "./deadline.ts";
import { KnownTools } from "./known_tools.ts";
import type { Session } from "./session.ts";
import { MAX_TOOLS, toTools } from "./tool_list.ts";

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
  readonly #refetch = new CoalescedTask(() => this.#readAgain());
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

  /** Asks `session` for its tools. */
  async read(session: Session, signal: AbortSignal): Promise<void> {
    const { logger, onToolsChanged } = this.#deps;
    const { tools, isComplete } = await session.listTools(signal);
    if (!isComplete) {
      logger.warn("MCP server lists too many tools", { kept: tools.length, MAX_TOOLS });
    }
    if (this.#known.replace(toTools(this.#server, tools))) onToolsChanged();
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

  async #readAgain(): Promise<void> {
    if (!this.#followed) return;
    const { session, over } = this.#followed;
    using deadline = createDeadline(this.#deps.clock, this.#deps.timeoutMs, over.signal);
    try {
      await this.read(session, deadline.signal);
    } catch (error) {
      // Of a session that is over, nobody expects an answer.
      if (over.signal.aborted) return;
      const reason = describeError(error);
      this.#deps.logger.warn("MCP server did not list its tools", { reason });
    }
  }
}
