/**
 * The configuration after loading: defaults filled, units resolved, variables replaced, secrets
 * wrapped, everything frozen. `schema.ts` holds the defaults and turns YAML into this.
 */

import type { LogLevel } from "../base/log.ts";
import type { Secret } from "../base/secret.ts";
import type { CapabilitySet } from "../capability/mod.ts";
import type { RuntimeName } from "../contract/mod.ts";
import type { PolicySettings } from "../policy/mod.ts";
import type { ExecutionsConfig } from "./executions_config.ts";
import type { OpenApiConfig } from "./openapi_api.ts";

/** The MCP server that the service is itself. */
export interface DoorConfig {
  /** Tokens of the declarations inside the description of `execute`. @default 4000 */
  readonly declarationTokens: number;
  /** Tokens of a result where the caller names no number. @default 6000 */
  readonly resultTokens: number;
  /** Sessions of the revision 2025-11-25, of everybody and of one principal. @default 256, 32 */
  readonly sessions: number;
  readonly sessionsPerPrincipal: number;
  /** Streams of changes in the revision 2026-07-28, of everybody and of one principal. @default 256, 64 */
  readonly changeStreams: number;
  readonly changeStreamsPerPrincipal: number;
  /** A session that is not used for so long ends. @default 1800000 */
  readonly sessionIdleMs: number;
  /** How long a program waits for an answer, or its result to be fetched. @default 600000 */
  readonly patienceMs: number;
  /** Programs of one principal that wait for an answer or run as tasks. @default 32 */
  readonly conversationsPerPrincipal: number;
  /** What takes longer becomes a task, where the client knows tasks. @default 10000 */
  readonly taskAfterMs: number;
  /** Servers whose tools, resources and prompts are also shown under their own names. @default [] */
  readonly passThrough: readonly string[];
}

/** Where the service listens and what it accepts. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  /**
   * Names, besides this machine's own, that requests may be meant for. On an address that other
   * machines reach, names are looked at only where some are listed. @default []
   */
  readonly allowedHosts: readonly string[];
  readonly cors: { readonly enabled: boolean; readonly origins: readonly string[] };
  /** Largest request body. @default 1048576 */
  readonly maxBodyBytes: number;
  /** Largest program. @default 262144 */
  readonly maxCodeBytes: number;
  /** How long shutdown waits for running executions. @default 10000 */
  readonly drainTimeoutMs: number;
  /** Addresses of proxies whose `X-Forwarded-For` is believed. @default [] */
  readonly trustedProxies: readonly string[];
  /** Whether callers reach the service by TLS, which a proxy ends. @default false */
  readonly behindTls: boolean;
  readonly mcp: DoorConfig;
  /** WebSockets. */
  readonly sockets: {
    /** @default 200 */
    readonly max: number;
    /** Of one principal. @default 50 */
    readonly perPrincipal: number;
    /** Executions of one socket at the same time. @default 16 */
    readonly executions: number;
    /** Largest message. @default 1048576 */
    readonly messageBytes: number;
    /** Bytes a peer may leave unread before its executions' events wait for it. @default 1048576 */
    readonly bufferedBytes: number;
    /** How often a peer is asked whether it is there. @default 30000 */
    readonly pingIntervalMs: number;
  };
  /** Streams of the events of executions, of everybody and of one principal. @default 500, 200 */
  readonly streams: { readonly max: number; readonly perPrincipal: number };
  readonly limits: {
    /** Requests of one principal. @default 200 */
    readonly requestsPerSecond: number;
    /** Requests a principal may send at once after a pause. @default 400 */
    readonly burst: number;
    /** Failed authentications of one remote address. @default 20 */
    readonly failuresPerMinute: number;
    /** Connections at the same time. @default 1000 */
    readonly connections: number;
    /** Request line and headers. @default 16384 */
    readonly headerBytes: number;
    /** Time to receive the headers. @default 10000 */
    readonly headersTimeoutMs: number;
    /** Time to receive a request, body included. @default 30000 */
    readonly requestTimeoutMs: number;
    /** Time a connection may rest between requests, or not take what it is sent. @default 30000 */
    readonly idleTimeoutMs: number;
  };
}

/** Where programs run and how much they may use. */
export interface SandboxConfig {
  readonly runtime: RuntimeName | "auto";
  /** What holds a sandbox; `auto` is a process where one can be started, else a worker. @default process */
  readonly carrier: "process" | "worker" | "auto";
  /** Whether programs may run in workers, which do not hold hostile ones. @default false */
  readonly trustWorkers: boolean;
  /**
   * Who denies what a program tries around the host: the engine by its flags, or a broker that also
   * reports it; `auto` is a broker where one is seen to work. @default auto
   */
  readonly permissions: "broker" | "flags" | "auto";
  /** A command and its arguments to start every sandbox with. @default none */
  readonly wrapper?: readonly string[];
  readonly bash: {
    /** Built-in commands that scripts may use. @default all of the shell's, none of which reaches outside */
    readonly commands?: readonly string[];
  };
  readonly python: {
    /** Python sandboxes kept warm once a program has come; each takes some 200 MB. @default 1 */
    readonly min: number;
    /** Whether programs within its subset begin on the light engine, where that works. @default true */
    readonly light: boolean;
    /** Packages that programs can import besides the standard library. @default none */
    readonly packages?: {
      /**
       * A folder of wheels, or the address of one, with a `pyodide-lock.json` where packages depend on
       * each other; an address always needs one.
       */
      readonly index: string;
      readonly names: readonly string[];
    };
  };
  readonly bun: {
    /** The program. @default `bun` on PATH */
    readonly path?: string;
    /** A command and its arguments that confine it. @default none: it is not used */
    readonly wrapper?: readonly string[];
  };
  readonly workers: {
    /** Sandboxes kept warm. @default 2 */
    readonly min: number;
    /** Sandboxes in all, running and warm. @default 10 */
    readonly max: number;
    /** A warm sandbox above `min` is dropped after this long. @default 30000 */
    readonly idleTimeoutMs: number;
  };
  /** Processes of light engines, which host many programs each. */
  readonly light: {
    /** Processes kept warm. @default 1 */
    readonly warm: number;
    /** Processes in all. @default 4 */
    readonly processes: number;
    /** Programs in one process at the same time. @default 16 */
    readonly programsAtOnce: number;
    /** Programs after which a process is replaced. @default 5000 */
    readonly runsPerProcess: number;
    /** `strict`: a process serves one principal at a time; `shared`: anyone. @default strict */
    readonly isolation: "strict" | "shared";
  };
  readonly limits: {
    /** @default 134217728 */
    readonly memoryBytes: number;
    /** A program's own wall time, without that in which a call of it is in flight. @default 30000 */
    readonly timeoutMs: number;
    /** Time with a call in flight, in all; 0 makes it part of the own time. @default 300000 */
    readonly waitMs: number;
    /** CPU time in all. @default the timeout, beyond what the own wall time has room for */
    readonly cpuTimeMs?: number;
    /** Share of one CPU core; a priority where no control group can be written. @default 0.5 */
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
  /** Time an execution waits for its turn; then it is QUEUE_FULL. @default 30000 */
  readonly queueTimeoutMs: number;
  readonly perPrincipal: {
    /**
     * Executions of one principal at the same time; more wait.
     * @default `workers.max`, half of it where callers are told apart
     */
    readonly concurrent: number;
  };
}

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
