/**
 * The configuration after loading: defaults filled, units resolved, variables replaced, secrets
 * wrapped, everything frozen. `schema.ts` holds the defaults; the largest sections have files of their
 * own.
 */

import type { LogLevel } from "../base/log.ts";
import type { Secret } from "../base/secret.ts";
import type { CapabilitySet } from "../capability/mod.ts";
import type { PolicySettings } from "../policy/mod.ts";
import type { ExecutionsConfig } from "./executions_config.ts";
import type { OpenApiConfig } from "./openapi_api.ts";
import type { SandboxConfig } from "./sandbox_config.ts";
import type { ServerConfig } from "./server_config.ts";

/** A caller that is known by a key. */
export interface ApiKeyConfig {
  readonly id: string;
  /** `sha256:` and the hexadecimal hash of the key. */
  readonly hash: string;
  /** What the caller itself may do; `*` is everything. @default ["codemode:execute"] */
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

/** Logging in to a server by OAuth. */
export interface OAuthConfig {
  readonly type: "oauth";
  /** `authorization_code`: a person logs in once; `client_credentials`: the service does. @default authorization_code */
  readonly grant: "authorization_code" | "client_credentials";
  /** The one authorization server that is trusted. @default the one the server names */
  readonly issuer?: string;
  /** A client known to the issuer beforehand. */
  readonly clientId?: string;
  readonly clientSecret?: Secret;
  /** Where the client is described; used as its id where the issuer takes that. */
  readonly clientMetadataUrl?: string;
  /** What to ask for. @default what the server says it needs */
  readonly scopes: readonly string[];
  /** Port of this machine that a login comes back to. @default 0, any free one */
  readonly redirectPort: number;
}

/** How the service proves to a server who it is. */
export type ServerAuthConfig = { readonly type: "bearer"; readonly token: Secret } | OAuthConfig;

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
  /** http and websocket take a bearer token, http also OAuth. */
  readonly auth?: ServerAuthConfig;
  /** One call. @default 10000 */
  readonly timeoutMs: number;
  readonly retryPolicy: RetryPolicy;
  /** Calls at the same time over all executions. @default 16 */
  readonly maxConcurrentCalls: number;
  /** Calls a second over all executions. @default no limit */
  readonly maxCallsPerSecond?: number;
  /**
   * Sessions (processes, for stdio) at the same time with a server of an older revision that asks: one
   * for all callers, and further ones for executions that would wait for what others are asked, the last
   * of them for those that nobody can be asked for. With 1 they wait, for servers that keep something in
   * their process. @default 4
   */
  readonly sessions: number;
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

/** How changes of the file reach a running service. */
export interface ReloadConfig {
  /** Whether the file is watched; SIGHUP reloads it either way. @default true */
  readonly watch: boolean;
  /** How long calls of a removed server may go on. @default 10000 */
  readonly graceMs: number;
}

/** Whether servers may be added and removed over HTTP. */
export interface AdminConfig {
  /** Whether there are such routes at all; callers need `codemode:admin`. @default false */
  readonly enabled: boolean;
  /** SAFETY: whether a caller may add a server that is a command on this machine. @default false */
  readonly stdio: boolean;
  /** SAFETY: whether such a server may be at an address that is not public. @default false */
  readonly privateAddresses: boolean;
}

/** How long and how much of the results is kept that were too big to be given at once. */
export interface ResultsConfig {
  /** Time in which a result can be read. @default 900000 */
  readonly keepForMs: number;
  /** Estimated memory of one principal's results. @default 67108864 */
  readonly bytesPerPrincipal: number;
  /** Estimated memory of all of them. @default 268435456 */
  readonly bytes: number;
}

/** Everything an operator can set. */
export interface Config {
  readonly server: ServerConfig;
  readonly sandbox: SandboxConfig;
  readonly executions: ExecutionsConfig;
  readonly security: SecurityConfig;
  readonly mcp: {
    readonly servers: Readonly<Record<string, McpServerConfig>>;
    /** Folder of the logins to servers, encrypted. @default `.codemode/logins`; without any, servers with OAuth stay away */
    readonly logins?: { readonly path: string };
  };
  readonly reload: ReloadConfig;
  readonly admin: AdminConfig;
  /** HTTP APIs by the names of their servers. @default none */
  readonly openapi: Readonly<Record<string, OpenApiConfig>>;
  readonly logging: {
    readonly level: LogLevel;
    readonly format: "json" | "text";
    readonly outputs: readonly LogOutput[];
  };
  readonly results: ResultsConfig;
  /** Absent: nothing is written down. */
  readonly audit?: AuditConfig;
  /** Folder that relative paths of the file are relative to; absolute. */
  readonly directory: string;
}
