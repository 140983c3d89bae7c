/**
 * The configuration after loading: defaults filled, units resolved, variables replaced, secrets
 * wrapped, everything frozen. `schema.ts` holds the defaults and turns YAML into this.
 */

import type { LogLevel } from "../base/log.ts";
import type { Secret } from "../base/secret.ts";
import type { CapabilitySet } from "../capability/mod.ts";
import type { RuntimeName } from "../contract/mod.ts";
import type { PolicySettings } from "../policy/mod.ts";

/** Where the service listens and what it accepts. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  /** Names, besides this machine's own, that requests to a loopback address may be meant for. @default [] */
  readonly allowedHosts: readonly string[];
  readonly cors: { readonly enabled: boolean; readonly origins: readonly string[] };
  /** Largest request body. @default 1048576 */
  readonly maxBodyBytes: number;
  /** Largest program. @default 262144 */
  readonly maxCodeBytes: number;
  /** How long shutdown waits for running executions. @default 10000 */
  readonly drainTimeoutMs: number;
}

/** Where programs run and how much they may use. */
export interface SandboxConfig {
  readonly runtime: RuntimeName | "auto";
  /** What holds a sandbox; `auto` is a process where one can be started, else a worker. @default process */
  readonly carrier: "process" | "worker" | "auto";
  /** Whether programs may run in workers, which do not hold hostile ones. @default false */
  readonly trustWorkers: boolean;
  readonly workers: {
    /** Sandboxes kept warm. @default 2 */
    readonly min: number;
    /** Sandboxes in all, running and warm. @default 10 */
    readonly max: number;
    /** A warm sandbox above `min` is dropped after this long. @default 30000 */
    readonly idleTimeoutMs: number;
  };
  readonly limits: {
    /** @default 134217728 */
    readonly memoryBytes: number;
    /** @default 30000 */
    readonly timeoutMs: number;
    /** Share of one CPU core. @default 0.5 */
    readonly cpuQuota: number;
    /** Largest `timeout` a request may ask for. @default 300000 */
    readonly maxTimeoutMs: number;
    /** Largest `memoryLimit` a request may ask for. @default 536870912 */
    readonly maxMemoryBytes: number;
    /** Largest result. @default 16777216 */
    readonly resultBytes: number;
    /** Log lines of one execution. @default 1000 */
    readonly logLines: number;
    /** Log text of one execution. @default 1048576 */
    readonly logBytes: number;
    /** Tool calls of one execution. @default 1000 */
    readonly calls: number;
  };
  /** Executions waiting for a sandbox; one more is QUEUE_FULL. @default 100 */
  readonly queue: number;
}

/** A caller that is known by a key. */
export interface ApiKeyConfig {
  readonly id: string;
  /** `sha256:` and the hexadecimal hash of the key. */
  readonly hash: string;
  /** What the caller itself may do. @default ["*"] */
  readonly scopes: readonly string[];
  /** What guests may do in its name. @default `security.capabilities` */
  readonly capabilities?: CapabilitySet;
}

/** How callers are known. */
export interface AuthConfig {
  readonly provider: "none" | "api-key" | "oauth2";
  /** api-key. @default [] */
  readonly keys: readonly ApiKeyConfig[];
  /** oauth2: who signs tokens. */
  readonly issuer?: string;
  /** oauth2: what tokens must be meant for. */
  readonly audience?: string;
  /** oauth2: where the issuer's keys are. @default what its metadata says */
  readonly jwksUri?: string;
  /** oauth2: what a scope of a token grants; none mapped means `security.capabilities` for all. @default {} */
  readonly scopes: Readonly<Record<string, CapabilitySet>>;
  /** oauth2: how far the clocks may differ. @default 60000 */
  readonly clockSkewMs: number;
}

/** Who may call, and what guests may do. */
export interface SecurityConfig {
  readonly auth: AuthConfig;
  /** What a caller is granted; `mcp` absent means every configured server. */
  readonly capabilities: CapabilitySet;
  /** Headers the host adds to the requests of programs. @default [] */
  readonly credentials?: readonly {
    /** Host, `host:port` or `*.suffix`, as in `network:` capabilities. */
    readonly host: string;
    readonly header: string;
    readonly value: Secret;
  }[];
  /** Which tool calls are made, refused, or approved first. @default whatever is granted is made */
  readonly tools?: PolicySettings;
}

/** How a lost server is tried again: exponential with full jitter. */
export interface RetryPolicy {
  /** Attempts for one call or connect before it fails; connects go on in the background. @default 3 */
  readonly maxAttempts: number;
  /** @default 500 */
  readonly initialDelayMs: number;
  /** @default 30000 */
  readonly maxDelayMs: number;
}

/** One MCP server. */
export interface McpServerConfig {
  readonly transport: "stdio" | "http" | "websocket";
  /** stdio: the program; `deno` is the Deno that runs the service. */
  readonly command?: string;
  readonly args: readonly string[];
  /** http, websocket. */
  readonly url?: string;
  /** stdio: the child's environment besides PATH and HOME. */
  readonly environment: Readonly<Record<string, Secret>>;
  /** http, websocket: request headers. */
  readonly headers: Readonly<Record<string, Secret>>;
  readonly auth?: { readonly type: "bearer"; readonly token: Secret };
  /** One call. @default 10000 */
  readonly timeoutMs: number;
  readonly retryPolicy: RetryPolicy;
  /** Calls at the same time over all executions. @default 16 */
  readonly maxConcurrentCalls: number;
  /** Whether the service connects at start or at first use. @default eager */
  readonly start: "eager" | "lazy";
  /** Time between health checks of an idle connection. @default 30000 */
  readonly healthIntervalMs: number;
}

/** Where log entries go. */
export type LogOutput =
  | { readonly type: "console" }
  | {
    readonly type: "file";
    readonly path: string;
    readonly rotation: "none" | "daily" | "hourly" | "size";
    /** For rotation `size`. @default 10485760 */
    readonly maxBytes: number;
    /** Rotated files kept. @default 7 */
    readonly keep: number;
  };

/** Where it is written down who did what. */
export interface AuditConfig {
  /** Absolute. */
  readonly path: string;
  /** Bytes of one file. @default 10485760 */
  readonly maxBytes: number;
  /** Rotated files kept. @default 30 */
  readonly keep: number;
}

/** Everything an operator can set. */
export interface Config {
  readonly server: ServerConfig;
  readonly sandbox: SandboxConfig;
  readonly security: SecurityConfig;
  readonly mcp: { readonly servers: Readonly<Record<string, McpServerConfig>> };
  readonly logging: {
    readonly level: LogLevel;
    readonly format: "json" | "text";
    readonly outputs: readonly LogOutput[];
  };
  /** Absent: nothing is written down. */
  readonly audit?: AuditConfig;
  /** Folder that relative paths of the file are relative to; absolute. */
  readonly directory: string;
}
