/**
 * The standing connection to one server: opens sessions, notices when one is lost, opens the next
 * after the backoff, and keeps the tools last seen. What happens when is decided by
 * `connection_state.ts`; nothing here throws out of the background.
 */

import type { CodemodeError } from "../base/errors.ts";
import type { McpServerConfig } from "../config/mod.ts";
import { AskingTools } from "./asking_tools.ts";
import { BackgroundTasks } from "./background_tasks.ts";
import { backoffDelayMs } from "./backoff.ts";
import { serverUnavailable } from "./call_failure.ts";
import { connectFailure, connectFailureCause } from "./connect_failure.ts";
import type { ConnectionDeps } from "./connection_deps.ts";
import { type ConnectionSnapshot, toSnapshot } from "./connection_snapshot.ts";
import { type ConnectionEvent, type ConnectionState, nextStep } from "./connection_state.ts";
import { createOwnSessions } from "./create_own_sessions.ts";
import { createDeadline } from "./deadline.ts";
import { FairShare } from "./fair_share.ts";
import { HealthChecks } from "./health_checks.ts";
import { refusalOf } from "./login_required.ts";
import type { OwnSessions } from "./own_sessions.ts";
import { Session } from "./session.ts";
import { ToolListing } from "./tool_listing.ts";
import { Watchers } from "./watchers.ts";

/** A standing connection. Disposing it leaves no process and no timer. */
export class Connection implements AsyncDisposable {
  readonly #name: string;
  readonly #config: McpServerConfig;
  readonly #deps: ConnectionDeps;
  readonly #background: BackgroundTasks;
  readonly #watchers = new Watchers();
  readonly #tools: ToolListing;
  readonly #life = new AbortController();
  readonly #askingTools = new AskingTools(() => queueMicrotask(() => this.own.look()));
  /** Those that executions have to themselves. */
  readonly own: OwnSessions<Session>;
  readonly checks: HealthChecks;
  #state: ConnectionState = { name: "idle" };
  #session: Session | undefined;
  #instructions = "";
  #lastError: string | undefined;
  #refusal: CodemodeError | undefined;
  #retryAt = 0;
  #timer: Disposable | undefined;
  #isRemoved = false;

  constructor(name: string, config: McpServerConfig, deps: ConnectionDeps) {
    this.#name = name;
    this.#config = config;
    const share = new FairShare(deps.clock);
    const isAlone = config.sessions === 1;
    this.#deps = { ...deps, askingTools: this.#askingTools, share, isAlone };
    this.#background = new BackgroundTasks(deps.logger);
    const onToolsChanged = () => {
      this.own.retire();
      deps.onToolsChanged();
    };
    this.#tools = new ToolListing(name, { ...deps, timeoutMs: config.timeoutMs, onToolsChanged });
    this.own = createOwnSessions(name, config, {
      ...this.#deps,
      background: this.#background,
      life: this.#life.signal,
    });
    this.checks = new HealthChecks({
      clock: deps.clock,
      background: this.#background,
      intervalMs: config.healthIntervalMs,
      timeoutMs: config.timeoutMs,
      isInDoubt: () => this.#state.name === "degraded",
      onAnswered: (session) => this.proved(session),
      onMissed: (error) => this.#checkMissed(error),
      tooLate: () => this.unavailable("it does not answer a ping"),
    });
  }

  snapshot(): ConnectionSnapshot {
    return toSnapshot(this.#session, {
      state: this.#state.name,
      tools: this.#tools.list,
      instructions: this.#instructions,
      lastError: this.#lastError,
      retryInMs: Math.max(0, this.#retryAt - this.#deps.clock.monotonic()),
    });
  }

  /** Whether the server had this tool when it was last asked. */
  hasTool(name: string): boolean {
    return this.#tools.has(name);
  }

  /** Whether the server is known to ask in the middle of calls of this tool. */
  asks(tool: string): boolean {
    return this.#askingTools.has(tool);
  }

  /** The session, while there is one that can be asked. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Connects unless that has begun. */
  want(): void {
    this.#dispatch("wanted");
  }

  /** A call or a check was answered by `session`. */
  proved(session: Session): void {
    if (session !== this.#session) return;
    this.checks.proved();
    this.#dispatch("proven");
  }

  /** `session` is over or turned out to be of no use. */
  gaveUp(session: Session, reason: string, error?: CodemodeError): void {
    this.#background.add(session.close());
    this.own.drop(session);
    if (session !== this.#session) return;
    this.#lastError = reason;
    this.#refusal = refusalOf(error);
    const cause = error?.cause === undefined ? {} : { cause: connectFailure(error.cause) };
    this.#deps.logger.warn("MCP server lost", { reason, ...cause });
    this.#dispatch(this.#refusal ? "loginNeeded" : "lost");
  }

  /** The session once there is one; rejects when `signal` aborts or the connection is closed. */
  async ready(signal: AbortSignal): Promise<Session> {
    this.want();
    while (!this.#session) {
      if (this.#state.name === "closed") throw this.#over();
      if (this.#state.name === "loginRequired") throw this.unavailable();
      await this.#watchers.next(signal);
    }
    return this.#session;
  }

  /** Resolves once the first connect has succeeded or failed. */
  async tried(signal: AbortSignal): Promise<void> {
    while (this.#state.name === "connecting" && this.#state.failures === 0) {
      await this.#watchers.next(signal);
    }
  }

  /** Rejects once connects have failed `maxAttempts` times in a row; resolves when ready. */
  async ensure(signal: AbortSignal): Promise<void> {
    this.want();
    while (!this.#session) {
      const { maxAttempts } = this.#config.retryPolicy;
      const failures = "failures" in this.#state ? this.#state.failures : 0;
      const isOver = ["closed", "loginRequired"].includes(this.#state.name);
      if (isOver || failures >= maxAttempts) throw this.unavailable();
      await this.#watchers.next(signal);
    }
  }

  /** Why nothing helps but a login, while that is so. */
  get refusal(): CodemodeError | undefined {
    return this.#state.name === "loginRequired" ? this.#refusal : undefined;
  }

  /** The failure of whoever needs the server while it is away. */
  unavailable(reason: string | undefined = this.#lastError): Error {
    return this.refusal ?? serverUnavailable(this.#name, { reason, mayHaveTakenEffect: false });
  }

  /** Whether it ended, or will, because its server is no longer one of the service. */
  get isRemoved(): boolean {
    return this.#isRemoved;
  }

  /** Ends it for good, and says so to the calls that end with it. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#dispatch("close");
    await this.#background.drained();
  }

  #dispatch(event: ConnectionEvent): void {
    const step = nextStep(this.#state, event);
    if (step.state === this.#state) return;
    const before = this.#state.name;
    this.#state = step.state;
    if (before !== step.state.name) {
      this.#deps.logger.debug("MCP server state", { from: before, to: step.state.name });
    }
    if (step.action === "connect") this.#background.add(this.#connect());
    if (step.action === "reconnect") this.#background.add(this.#reconnect());
    if (step.action === "wait") this.#wait();
    if (step.action === "waitForLogin") this.#waitForLogin();
    if (step.action === "close") this.#close();
    this.#watchers.wake();
  }

  /** A server need not bear two sessions at once. */
  async #reconnect(): Promise<void> {
    const session = this.#session;
    this.#drop();
    await session?.close();
    await this.#connect();
  }

  #wornOut(session: Session | undefined): void {
    if (session === undefined || session !== this.#session) return;
    this.#deps.logger.info("MCP server renewed: it never answered a call that was given up");
    this.#dispatch("wornOut");
  }

  async #connect(): Promise<void> {
    const { clock, connectTimeoutMs } = this.#deps;
    using deadline = createDeadline(clock, connectTimeoutMs, this.#life.signal);
    let session: Session | undefined;
    try {
      session = await Session.open(this.#name, this.#config, {
        ...this.#deps,
        onToolsChanged: () => this.#background.add(this.#tools.changed()),
        onWornOut: () => this.#wornOut(session),
      }, deadline.signal);
      await this.#tools.read(session, deadline.signal);
      this.#adopt(session);
    } catch (error) {
      await session?.close();
      this.#refusal = refusalOf(error, this.#deps.authorizer);
      this.#lastError = deadline.expired
        ? `It did not connect within ${connectTimeoutMs} ms`
        : connectFailure(this.#refusal ?? session?.explain(error) ?? error);
      if (this.#state.name === "closed") return;
      const causes = { reason: this.#lastError, cause: connectFailureCause(error) };
      this.#deps.logger.warn("MCP server cannot be reached", causes);
      this.#dispatch(this.#refusal ? "loginNeeded" : "failed");
    }
  }

  #adopt(session: Session): void {
    if (this.#life.signal.aborted) throw this.#life.signal.reason;
    this.#session = session;
    this.#instructions = session.instructions;
    this.#lastError = undefined;
    this.#background.add(session.lost.then((reason) => this.gaveUp(session, reason)));
    this.#dispatch("connected");
    this.#deps.logger.info("MCP server ready", {
      tools: this.#tools.list.length,
      protocolVersion: session.protocolVersion,
    });
    this.checks.watch(session);
    this.#deps.onReady?.(session);
    this.#background.add(this.#tools.follow(session));
  }

  #wait(): void {
    this.#drop();
    const failures = "failures" in this.#state ? this.#state.failures : 1;
    const delayMs = backoffDelayMs(this.#config.retryPolicy, failures, this.#deps.random());
    this.#retryAt = this.#deps.clock.monotonic() + delayMs;
    this.#timer = this.#deps.clock.after(delayMs, () => this.#dispatch("elapsed"));
  }

  #waitForLogin(): void {
    this.#drop();
    this.own.clear();
    this.#timer = this.#deps.authorizer?.whenChanged(() => this.#dispatch("loggedIn"));
  }

  #close(): void {
    this.own.close();
    this.#drop();
    this.#life.abort(this.#over());
  }

  #over(): Error {
    return this.unavailable(this.#isRemoved ? "it was removed" : "it is shut down");
  }

  #drop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.checks[Symbol.dispose]();
    const session = this.#session;
    this.#session = undefined;
    this.#tools.leave();
    this.own.retire();
    if (session) this.#background.add(session.close());
  }

  #checkMissed(error: unknown): void {
    const reason = connectFailure(error);
    this.#lastError = `A health check failed: ${reason}`;
    const causes = { reason, cause: connectFailureCause(error) };
    this.#deps.logger.warn("MCP server missed a health check", causes);
    this.#dispatch("checkMissed");
  }
}
