/**
 * One live conversation with a server: from the first byte to the last, over one transport. It speaks
 * protocol revision 2026-07-28 where the server does, else what the server's `initialize` settles on.
 * It never comes back; `connection.ts` opens the next one.
 */

import {
  type Client,
  type RequestMethod,
  SdkError,
  SdkErrorCode,
  type ServerCapabilities,
  type Transport,
} from "@modelcontextprotocol/client";
import { createDeferred } from "../base/deferred.ts";
import type { Logger } from "../base/log.ts";
import type { McpServerConfig } from "../config/mod.ts";
import { AbandonedRequests } from "./abandoned_requests.ts";
import { ChangeStreams } from "./change_streams.ts";
import { createClient, endedDuringProbe } from "./create_client.ts";
import { exchange, NO_TIMEOUT_MS, type Party, type Send } from "./exchange.ts";
import type { ExchangeOptions } from "./exchange_options.ts";
import { HttpFarewell } from "./http_farewell.ts";
import { type AskPage, listTools, type ToolsRead } from "./list_tools.ts";
import type { McpResult } from "./mcp_result.ts";
import { readTooMuch } from "./message_meter.ts";
import { openTransport, type TransportDeps } from "./open_transport.ts";
import { NoticeRoutes } from "./notice_routes.ts";
import { onSent } from "./on_sent.ts";
import { QuestionDesk, type QuestionDeskOptions } from "./question_desk.ts";
import { readChange, type ServerChange } from "./server_change.ts";
import type { ServerInfo } from "./server_features.ts";
import type { ListMethod } from "./read_list.ts";
import { StdioTransport } from "./stdio_transport.ts";
import { type ListedTool, logRefused, siftTools, weightOfTools } from "./tool_list.ts";
import { WholeContent } from "./whole_content.ts";
import { closeReasonOf, explained } from "./why_lost.ts";

/** What a session needs besides its server's configuration. */
export interface SessionDeps
  extends Omit<TransportDeps, "onBroken">, Omit<QuestionDeskOptions, "abandoned"> {
  /** Told, possibly often, that the server's tools may have changed. @default changes are not listened to */
  readonly onToolsChanged?: () => void;
  /** Told that something else of the server is not what it was. */
  readonly onChange?: (change: ServerChange) => void;
  /** Whether a call may ever bring somebody who can be asked. */
  readonly canAsk: boolean;
}

type EraPlan = "probe" | "legacy";

/** An open conversation; made by {@link Session.open}. */
export class Session {
  readonly #client: Client;
  readonly #transport: Transport;
  readonly #lost = createDeferred<string>();
  readonly #isHttp: boolean;
  readonly #logger: Logger;
  readonly #over = new AbortController();
  readonly #whole = new WholeContent();
  readonly #party: Pick<Party<unknown>, "server" | "desk" | "routes" | "abandoned" | "over">;
  readonly #streams: ChangeStreams;
  #listedTools = new Map<string, ListedTool>();
  /** What lists of tools have weighed, all together, before they were sifted. */
  #toolsWeight = 0;
  readonly #farewell: HttpFarewell;
  #brokenReason: string | undefined;

  private constructor(name: string, config: McpServerConfig, deps: SessionDeps) {
    this.#isHttp = config.transport === "http";
    this.#logger = deps.logger;
    const abandoned = new AbandonedRequests(deps.clock);
    const desk = new QuestionDesk(name, { ...deps, abandoned });
    const routes = new NoticeRoutes({ ...deps, abandoned });
    this.#party = { server: name, desk, routes, abandoned, over: this.#over.signal };
    this.#transport = openTransport(name, config, {
      ...deps,
      onBroken: (reason) => {
        this.#brokenReason = reason;
        void this.close();
      },
    });
    this.#farewell = new HttpFarewell(this.#transport, deps.clock);
    onSent(this.#transport, (message) => abandoned.sent(message));
    this.#transport.onmessage = (message) => {
      this.#toolsWeight += weightOfTools(message);
      this.#whole.wrap(message);
      logRefused(siftTools(message), deps.logger);
      if (abandoned.received(message)) desk.look();
      routes.read(message);
      const change = readChange(message);
      if (change) deps.onChange?.(change);
    };
    this.#client = createClient(deps, desk);
    this.#streams = new ChangeStreams({ ...deps, client: this.#client, over: this.#over.signal });
    this.#client.onclose = () => this.#end();
  }

  /** Connects and settles the protocol version; rejects when that fails or `signal` aborts. */
  static async open(
    name: string,
    config: McpServerConfig,
    deps: SessionDeps,
    signal: AbortSignal,
  ): Promise<Session> {
    try {
      return await Session.#openAs("probe", name, config, deps, signal);
    } catch (error) {
      if (config.transport === "http" || signal.aborted || !endedDuringProbe(error)) throw error;
      // Old servers may end at a request they do not know; a new life, and no probe this time.
      return await Session.#openAs("legacy", name, config, deps, signal);
    }
  }

  static async #openAs(
    plan: EraPlan,
    name: string,
    config: McpServerConfig,
    deps: SessionDeps,
    signal: AbortSignal,
  ): Promise<Session> {
    signal.throwIfAborted();
    const session = new Session(name, config, deps);
    const giveUp = () => void session.close();
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      await session.#connect(plan, signal);
      signal.throwIfAborted();
      if (session.isModern) session.#streams.followLists();
      return session;
    } catch (error) {
      await session.close();
      throw signal.aborted ? signal.reason : session.explain(error);
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  #connect(plan: EraPlan, signal: AbortSignal): Promise<void> {
    return this.#client.connect(this.#transport, {
      signal,
      timeout: NO_TIMEOUT_MS,
      ...(plan === "legacy" ? { prior: { kind: "legacy" } } : {}),
    });
  }

  get protocolVersion(): string | undefined {
    return this.#client.getNegotiatedProtocolVersion();
  }

  get serverInfo(): ServerInfo | undefined {
    const info = this.#client.getServerVersion();
    return info && Object.freeze({ name: info.name, version: info.version });
  }

  /** How the server says it is to be used; untrusted text. */
  get instructions(): string {
    return this.#client.getInstructions() ?? "";
  }

  /** The server's process, when this side started it. */
  get pid(): number | undefined {
    return this.#transport instanceof StdioTransport ? this.#transport.pid ?? undefined : undefined;
  }

  /** Resolves with the reason once the conversation is over; never rejects. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  /** Every tool, over all pages; a list without end is cut and `isComplete` says so. */
  async listTools(signal: AbortSignal): Promise<Omit<ToolsRead, "refused">> {
    if (!this.capabilities.tools) return { tools: [], isComplete: true, weight: 0 };
    const options = { signal, timeout: NO_TIMEOUT_MS };
    const ask: AskPage = async (params) => {
      const before = this.#toolsWeight;
      const wanted = { method: "tools/list" as const, params };
      const { tools, nextCursor } = await this.#client.request(wanted, options);
      return { entries: tools as ListedTool[], nextCursor, weight: this.#toolsWeight - before };
    };
    const sendsHeaders = this.#isHttp && this.isModern;
    const { refused, ...read } = await listTools(ask, { sendsHeaders });
    logRefused(refused, this.#logger);
    this.#listedTools = new Map(read.tools.map((tool) => [tool.name, tool]));
    return read;
  }

  /**
   * Calls a tool; aborting tells the server to stop. Questions go to `options.ask`. Rejects with what
   * the client throws.
   */
  async call(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options: ExchangeOptions,
  ): Promise<McpResult> {
    const inputSchema = this.#listedTools.get(tool)?.inputSchema ?? {};
    // Without its output schema, which the client would compile; the catalog validates with care.
    const toolDefinition = { name: tool, inputSchema: { ...inputSchema, type: "object" as const } };
    const params = { name: tool, arguments: input };
    const result = await this.#exchange(
      tool,
      options,
      (extra, more) => this.#client.callTool({ ...params, ...extra }, { ...more, toolDefinition }),
    );
    return this.#whole.unwrap(result as McpResult);
  }

  /** A request in which the server may ask; `about` is what its questions are said to be about. */
  #exchange<Result>(about: string, options: ExchangeOptions, send: Send<Result>): Promise<Result> {
    return exchange(about, options, { ...this.#party, client: this.#client, send });
  }

  get isModern(): boolean {
    return this.#client.getProtocolEra() === "modern";
  }

  /** Any other request of the protocol; in some of them the server may ask. */
  async request(
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: ExchangeOptions,
  ): Promise<McpResult> {
    return await this.#exchange(method, options, async (extra, requestOptions) => {
      const wanted = { method, params: { ...params, ...extra } } as { method: RequestMethod };
      return await this.#client.request(wanted, requestOptions) as McpResult;
    });
  }

  /** A page of a list. No server asks in the middle of one, so it waits for nobody's question. */
  async list(
    method: ListMethod,
    params: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<McpResult> {
    const options = { signal, timeout: NO_TIMEOUT_MS };
    return await this.#client.request({ method, params }, options) as McpResult;
  }

  /** Has changes of a resource told; resolves with what ends that. */
  async subscribe(uri: string, signal: AbortSignal): Promise<() => Promise<void>> {
    const options = { signal, timeout: NO_TIMEOUT_MS };
    if (this.isModern) return await this.#streams.followResource(uri, options);
    await this.#client.subscribeResource({ uri }, options);
    return async () => void await this.#client.unsubscribeResource({ uri });
  }

  /** What the server says it serves. */
  get capabilities(): ServerCapabilities {
    return this.#client.getServerCapabilities() ?? {};
  }

  /** Asks for a sign of life; the newer revision has no ping, there it asks who is there. */
  async ping(signal: AbortSignal): Promise<void> {
    const options = { signal, timeout: NO_TIMEOUT_MS };
    if (this.isModern) await this.#client.discover(options);
    else await this.#client.ping(options);
  }

  /** Whether nothing the server says or asks may still be about a call that was made. */
  get isClean(): boolean {
    return this.#party.desk.isIdle && this.#party.abandoned.oldestMs === undefined;
  }

  /** Ends the conversation and waits until nothing of the server's process is left. Never rejects. */
  async close(): Promise<void> {
    this.#party.desk.close();
    await this.#farewell.say();
    await this.#client.close().catch(() => {});
    await this.#transport.close().catch(() => {});
    this.#end();
  }

  #end(): void {
    this.#lost.resolve(this.#whyLost ?? "the connection was closed");
    this.#over.abort(new SdkError(SdkErrorCode.ConnectionClosed, "Connection closed"));
  }

  /** What of the server's doing broke the conversation, if it is known and may be told to programs. */
  get brokenBy(): string | undefined {
    return this.#whyLost && readTooMuch(this.#whyLost);
  }

  get #whyLost(): string | undefined {
    return closeReasonOf(this.#transport) ?? this.#brokenReason;
  }

  /** Whether the server has given the conversation an id, and so may forget it. */
  get hasId(): boolean {
    return this.#transport.sessionId !== undefined;
  }

  /** The client knows that the connection closed, the transport knows why. */
  explain(error: unknown): unknown {
    return explained(error, this.#whyLost);
  }
}
