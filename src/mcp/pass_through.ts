/**
 * What a server has besides tools, for a door that shows it as it is: lists over all pages, kept as
 * long as the server says or until it tells of a change, and single answers untouched.
 */

import type { Audience } from "./audience.ts";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { InFlight } from "../base/in_flight.ts";
import type { Logger } from "../base/log.ts";
import { KeptLists, type Mention, type Sought } from "./kept_lists.ts";
import type { McpResult } from "./mcp_result.ts";
import { PacedChanges } from "./paced_changes.ts";
import { type ListMethod, type McpList, readList } from "./read_list.ts";
import type { ServerChange } from "./server_change.ts";
import { type ServerFeatures, toFeatures } from "./server_features.ts";
import {
  request,
  type Server,
  type ServerRequest,
  type ServerRequestOptions,
} from "./server_request.ts";
import type { Session } from "./session.ts";

export type { McpList } from "./read_list.ts";

/**
 * A server as it is. Failures are those of a tool call; what the server refuses is `MCP_TOOL_ERROR`
 * with the protocol's number in `details.errorCode`, also when it does not have the part at all.
 */
export interface PassThrough {
  readonly isConnected: boolean;
  /** What its lists, as they were read last, say of something. */
  mentionOf(sought: Sought): Mention;
  /** Empty when the server has no resources. */
  listResources(options: ServerRequestOptions): Promise<McpList>;
  listResourceTemplates(options: ServerRequestOptions): Promise<McpList>;
  /** Empty when the server has no prompts. */
  listPrompts(options: ServerRequestOptions): Promise<McpList>;
  /** The `resources/read` result. */
  readResource(uri: string, options: ServerRequestOptions): Promise<McpResult>;
  /** The `prompts/get` result. */
  getPrompt(
    name: string,
    input: Readonly<Record<string, string>>,
    options: ServerRequestOptions,
  ): Promise<McpResult>;
  /** The `completion/complete` result; `params` are the protocol's own. */
  complete(
    params: Readonly<Record<string, unknown>>,
    options: ServerRequestOptions,
  ): Promise<McpResult>;
  /** Has changes of one resource told to those who listen to the server, until disposed. */
  subscribe(uri: string, options: ServerRequestOptions): Promise<AsyncDisposable>;
}

type Where = Pick<ServerRequest<unknown>, "isForAll">;

/** Answer of a server that lacks the part a request is for, as servers that look give it. */
const METHOD_NOT_FOUND = -32601;

const RESOURCE_LISTS: readonly ListMethod[] = ["resources/list", "resources/templates/list"];

/** What it needs besides its server. */
export interface PassThroughDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who listens to the server. */
  readonly audience: Audience;
  /** What goes on at the server, which may end before it is closed. */
  readonly calls: InFlight;
}

/** The pass-through of one server of a manager. */
export class ServerPassThrough implements PassThrough, Disposable {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #kept: KeptLists;
  readonly #audience: Audience;
  readonly #calls: InFlight;
  readonly #told: PacedChanges;
  /** Counts changes, so that a list that was read meanwhile is not kept. */
  #changes = 0;
  #isOver = false;

  constructor(server: Server, deps: PassThroughDeps) {
    this.#server = server;
    this.#clock = deps.clock;
    this.#logger = deps.logger.child({ server: server.name });
    this.#audience = deps.audience;
    this.#calls = deps.calls;
    this.#kept = new KeptLists(deps.clock);
    this.#told = new PacedChanges(deps.clock, (change) => this.#audience.tell(change));
  }

  get isConnected(): boolean {
    return this.#server.connection.session !== undefined;
  }

  mentionOf(sought: Sought): Mention {
    return this.#kept.mentionOf(sought);
  }

  listResources(options: ServerRequestOptions): Promise<McpList> {
    return this.#list("resources/list", options);
  }

  listResourceTemplates(options: ServerRequestOptions): Promise<McpList> {
    return this.#list("resources/templates/list", options);
  }

  listPrompts(options: ServerRequestOptions): Promise<McpList> {
    return this.#list("prompts/list", options);
  }

  readResource(uri: string, options: ServerRequestOptions): Promise<McpResult> {
    return this.#exchange("resources", { method: "resources/read", params: { uri } }, options);
  }

  getPrompt(
    name: string,
    input: Readonly<Record<string, string>>,
    options: ServerRequestOptions,
  ): Promise<McpResult> {
    const params = { name, arguments: { ...input } };
    return this.#exchange("prompts", { method: "prompts/get", params }, options);
  }

  complete(
    params: Readonly<Record<string, unknown>>,
    options: ServerRequestOptions,
  ): Promise<McpResult> {
    return this.#exchange("completions", { method: "completion/complete", params }, options);
  }

  async subscribe(uri: string, options: ServerRequestOptions): Promise<AsyncDisposable> {
    const about = "resources/subscribe";
    const send = (session: Session, { signal }: ServerRequestOptions) => {
      if (this.#isOver) throw this.#server.connection.unavailable("it is shut down");
      this.#assertHas(session, "subscriptions", about);
      const wish = { principal: options.principal ?? "", signal };
      return this.#audience.subscriptions.add(uri, session, wish);
    };
    return await this.#request(about, options, send, { isForAll: true });
  }

  /** Takes note of a change and tells of it. */
  changed(change: ServerChange): void {
    this.#changes += 1;
    if (change.type === "prompts") this.#kept.expire("prompts/list");
    if (change.type === "resources") this.#kept.expire(...RESOURCE_LISTS);
    // SAFETY: what may be told of is bounded by what was subscribed to, not by what the server names
    // (test/unit/mcp/pass_through_test.ts).
    const isWanted = change.type !== "resource" || this.#audience.subscriptions.has(change.uri);
    if (isWanted) this.#told.add(change);
  }

  /** Changes are told no more; who listens is left to the next server of the name. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#told[Symbol.dispose]();
  }

  /** A new session: nothing that was known before is certain, and whoever was told so is told again. */
  renewed(session: Session): void {
    this.#changes += 1;
    this.#kept.expire("prompts/list", ...RESOURCE_LISTS);
    if (this.#isOver) return;
    const { subscriptions } = this.#audience;
    subscriptions.renew(session);
    const { resources, prompts } = toFeatures(session.capabilities);
    if (resources) this.#told.add({ type: "resources" });
    if (prompts) this.#told.add({ type: "prompts" });
    // What changed while it was away was told to nobody.
    for (const uri of subscriptions.uris) this.#told.add({ type: "resource", uri });
  }

  async #list(method: ListMethod, options: ServerRequestOptions): Promise<McpList> {
    const kept = this.#kept.get(method);
    if (kept) return kept;
    const before = this.#changes;
    const list = await this.#request(
      method,
      options,
      (session, { signal }) => readList(session, method, signal),
      { isForAll: true },
    );
    if (!list.isComplete) {
      this.#logger.warn("MCP server lists too much", { method, kept: list.items.length });
    }
    this.#kept.keep(method, list, { isOld: before !== this.#changes });
    return list;
  }

  #exchange(
    part: keyof ServerFeatures,
    asked: { readonly method: string; readonly params: Readonly<Record<string, unknown>> },
    options: ServerRequestOptions,
  ): Promise<McpResult> {
    const send = async (session: Session, exchangeOptions: ServerRequestOptions) => {
      this.#assertHas(session, part, asked.method);
      return await session.request(asked.method, asked.params, exchangeOptions);
    };
    return this.#request(asked.method, options, send);
  }

  #request<Result>(
    about: string,
    options: ServerRequestOptions,
    send: (session: Session, options: ServerRequestOptions) => Promise<Result>,
    where: Where = {},
  ): Promise<Result> {
    const wanted = { about, options, clock: this.#clock, send, ...where };
    return this.#calls.track(() => request(this.#server, wanted));
  }

  #assertHas(session: Session, part: keyof ServerFeatures, method: string): void {
    if (toFeatures(session.capabilities)[part]) return;
    const server = this.#server.name;
    const message = `The server "${server}" has no ${part}`;
    throw new CodemodeError("MCP_TOOL_ERROR", message, {
      details: { server, tool: method, message, errorCode: METHOD_NOT_FOUND },
    });
  }
}
