/** `server`: where the service listens, and what it takes from the network. */

import { z } from "zod";
import { DEFAULT_RESULT_TOKENS, MaxResultTokensSchema } from "../contract/mod.ts";
import { amount, duration, patience, port, positive, size } from "./values.ts";

/** The MCP server that the service is itself. */
export interface DoorConfig {
  /** Tokens of the declarations inside the description of `execute`. @default 4000 */
  readonly declarationTokens: number;
  /** Tokens of a result where the caller names no number. @default 6000 */
  readonly resultTokens: number;
  /**
   * What the text beside structured content says: the same as JSON, or one line about it. @default json
   */
  readonly resultText: "json" | "summary";
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
  /** Other sites whose pages may call. */
  readonly cors: {
    /** @default whether there are origins */
    readonly enabled: boolean;
    /** @default [] */
    readonly origins: readonly string[];
  };
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

/** Less than this is no request worth the name. */
const messageSize = size.refine((bytes) => bytes >= 1024, "must be at least 1KB");

/** What the service takes from the network. */
const serverLimits = z.strictObject({
  requestsPerSecond: amount.default(200),
  burst: positive.default(400),
  failuresPerMinute: positive.default(20),
  connections: positive.default(1000),
  headerBytes: messageSize.default(16_384),
  headersTimeout: patience.default(10_000),
  requestTimeout: patience.default(30_000),
  idleTimeout: patience.default(30_000),
});

/** Our own MCP server. */
const door = z.strictObject({
  declarationTokens: positive.default(4000),
  resultTokens: MaxResultTokensSchema.default(DEFAULT_RESULT_TOKENS),
  resultText: z.enum(["json", "summary"]).default("json"),
  sessions: positive.default(256),
  sessionsPerPrincipal: positive.default(32),
  changeStreams: positive.default(256),
  changeStreamsPerPrincipal: positive.default(64),
  sessionIdle: patience.default(1_800_000),
  patience: patience.default(600_000),
  conversationsPerPrincipal: positive.default(32),
  taskAfter: duration.default(10_000),
  passThrough: z.array(z.string().min(1)).default([]),
});

/** WebSockets. */
const sockets = z.strictObject({
  max: positive.default(200),
  perPrincipal: positive.default(50),
  executions: positive.default(16),
  messageBytes: messageSize.default(1_048_576),
  bufferedBytes: size.default(1_048_576),
  pingInterval: patience.default(30_000),
});

/** The section's shape and defaults. */
export const ServerSchema = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: port.default(3000),
  allowedHosts: z.array(z.string().min(1)).default([]),
  cors: z.strictObject({
    enabled: z.boolean().optional(),
    origins: z.array(z.string()).default([]),
  }).prefault({}),
  maxBodyBytes: size.default(1_048_576),
  maxCodeBytes: size.default(262_144),
  drainTimeout: duration.default(10_000),
  trustedProxies: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  behindTls: z.boolean().default(false),
  mcp: door.prefault({}),
  sockets: sockets.prefault({}),
  streams: z.strictObject({
    max: positive.default(500),
    perPrincipal: positive.default(200),
  }).prefault({}),
  limits: serverLimits.prefault({}),
});
