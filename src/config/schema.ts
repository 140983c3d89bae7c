/** The configuration file: every key, every default, every unit. Unknown keys are errors. */

import { z } from "zod";
import { LOG_LEVELS } from "../base/log.ts";
import { RUNTIME_NAMES } from "../contract/mod.ts";
import { OpenApiSchema } from "./openapi_api.ts";
import { ServerAuthSchema } from "./server_auth.ts";
import { ToolPolicySchema } from "./tool_policy.ts";
import { duration, secret, size } from "./values.ts";

const WHOLE = "must be a whole number, 0 or more";
const POSITIVE = "must be a whole number above 0";
const AMOUNT = "must be a number above 0";
const PORT = "must be a port, 0 to 65535";
const GRANTED_PORT = "must be a port, 1 to 65535";

const whole = z.int(WHOLE).min(0, WHOLE);
const positive = z.int(POSITIVE).min(1, POSITIVE);
const grantedPort = z.int(GRANTED_PORT).min(1, GRANTED_PORT).max(65535, GRANTED_PORT);
const amount = z.number(AMOUNT).positive(AMOUNT);
/** Zero would mean no limit to the socket, so there is a least one. */
const patience = duration.refine((ms) => ms >= 100, "must be at least 100ms");

/** What the service takes from the network. */
const serverLimits = z.strictObject({
  requestsPerSecond: amount.default(200),
  burst: positive.default(400),
  failuresPerMinute: positive.default(20),
  connections: positive.default(1000),
  headerBytes: size.refine((bytes) => bytes >= 1024, "must be at least 1KB").default(16_384),
  headersTimeout: patience.default(10_000),
  requestTimeout: patience.default(30_000),
  idleTimeout: patience.default(30_000),
});

/** Our own MCP server. */
const door = z.strictObject({
  declarationTokens: positive.default(4000),
  resultTokens: z.int().min(256).max(1_000_000).default(6000),
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
  messageBytes: size.refine((bytes) => bytes >= 1024, "must be at least 1KB").default(1_048_576),
  bufferedBytes: size.default(1_048_576),
  pingInterval: patience.default(30_000),
});

const server = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int(PORT).min(0, PORT).max(65535, PORT).default(3000),
  allowedHosts: z.array(z.string().min(1)).default([]),
  cors: z.strictObject({
    enabled: z.boolean().default(false),
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

/** Processes that host many programs each. */
const light = z.strictObject({
  warm: whole.default(1),
  processes: positive.default(4),
  programsAtOnce: positive.default(16),
  runsPerProcess: positive.default(5000),
  isolation: z.enum(["strict", "shared"]).default("strict"),
});

const sandbox = z.strictObject({
  runtime: z.enum(["auto", ...RUNTIME_NAMES]).default("auto"),
  carrier: z.enum(["process", "worker", "auto"]).default("process"),
  trustWorkers: z.boolean().default(false),
  permissions: z.enum(["broker", "flags", "auto"]).default("auto"),
  wrapper: z.array(z.string().min(1)).min(1).optional(),
  bash: z.strictObject({ commands: z.array(z.string()).min(1).optional() }).prefault({}),
  python: z.strictObject({
    min: whole.default(1),
    light: z.boolean().default(true),
    packages: z.strictObject({
      index: z.string().min(1),
      names: z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)).min(1),
    }).optional(),
  }).prefault({}),
  bun: z.strictObject({
    path: z.string().min(1).optional(),
    wrapper: z.array(z.string().min(1)).min(1).optional(),
  }).prefault({}),
  workers: z.strictObject({
    min: whole.default(2),
    max: positive.default(10),
    idleTimeout: duration.default(30_000),
  }).prefault({}),
  light: light.prefault({}),
  limits: z.strictObject({
    memory: size.default(134_217_728),
    timeout: duration.default(30_000),
    wait: duration.default(300_000),
    cpuTime: duration.refine((ms) => ms >= 100, "must be at least 100ms").optional(),
    cpuQuota: amount.default(0.5),
    maxTimeout: duration.default(300_000),
    maxMemory: size.default(536_870_912),
    resultBytes: size.default(16_777_216),
    logLines: whole.default(1000),
    logBytes: size.default(1_048_576),
    calls: whole.default(1000),
  }).prefault({}),
  queue: whole.default(100),
  queueTimeout: duration.default(30_000),
  perPrincipal: z.strictObject({ concurrent: positive.optional() }).prefault({}),
});

/** What is kept of executions, and how long their questions wait. */
const executions = z.strictObject({
  kept: z.strictObject({
    age: duration.default(300_000),
    count: whole.default(1000),
    bytes: size.default(67_108_864),
  }).prefault({}),
  events: z.strictObject({
    entries: whole.default(2000),
    bytes: size.default(1_048_576),
  }).prefault({}),
  questions: z.strictObject({
    timeout: patience.default(600_000),
    open: positive.default(8),
    total: positive.default(64),
  }).prefault({}),
});

const capabilities = z.strictObject({
  network: z.strictObject({
    allowedHosts: z.array(z.string()).optional(),
    allowedPorts: z.array(grantedPort).optional(),
    maxRequestsPerSecond: amount.default(10),
    maxRequestSize: size.default(1_048_576),
  }).optional(),
  filesystem: z.strictObject({
    allowedPaths: z.array(z.string()).optional(),
    writablePaths: z.array(z.string()).optional(),
    readOnly: z.boolean().default(true),
    maxFileSize: size.default(1_048_576),
    allowedExtensions: z.array(z.string()).optional(),
  }).optional(),
  mcp: z.strictObject({
    allowedServers: z.array(z.string()).optional(),
    allowedTools: z.array(z.string()).optional(),
    maxCallsPerSecond: amount.default(5),
    maxConcurrentCalls: positive.default(3),
  }).optional(),
  system: z.strictObject({ environment: z.array(z.string()).optional() }).optional(),
});

const apiKey = z.strictObject({
  id: z.string().min(1).max(256),
  hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 hexadecimal digits'),
  scopes: z.array(z.string().min(1)).default(["codemode:execute"]),
  capabilities: capabilities.optional(),
});

const credential = z.strictObject({
  host: z.string().min(1),
  header: z.string().min(1),
  value: secret,
});

const security = z.strictObject({
  auth: z.strictObject({
    provider: z.enum(["none", "api-key", "oauth2"]).default("none"),
    keys: z.array(apiKey).default([]),
    issuer: z.url().optional(),
    audience: z.string().min(1).optional(),
    jwksUri: z.url().optional(),
    scopes: z.record(z.string().min(1), capabilities).default({}),
    clockSkew: duration.default(60_000),
  }).prefault({}),
  capabilities: capabilities.prefault({}),
  credentials: z.array(credential).default([]),
  tools: ToolPolicySchema.prefault({}),
});

const mcpServer = z.strictObject({
  transport: z.enum(["stdio", "http", "websocket"]),
  command: z.string().min(1).optional(),
  args: z.array(z.union([z.string(), z.number()]).transform(String)).default([]),
  url: z.url().optional(),
  environment: z.record(z.string(), secret).default({}),
  headers: z.record(z.string(), secret).default({}),
  auth: ServerAuthSchema.optional(),
  timeout: duration.default(10_000),
  retryPolicy: z.strictObject({
    maxAttempts: positive.default(3),
    initialDelay: duration.default(500),
    maxDelay: duration.default(30_000),
  }).prefault({}),
  maxConcurrentCalls: positive.default(16),
  maxCallsPerSecond: amount.optional(),
  start: z.enum(["eager", "lazy"]).default("eager"),
  healthInterval: duration.default(30_000),
});

const output = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("console") }),
  z.strictObject({
    type: z.literal("file"),
    path: z.string().min(1),
    rotation: z.enum(["none", "daily", "hourly", "size"]).default("none"),
    maxBytes: size.default(10_485_760),
    keep: positive.default(7),
  }),
]);

const logging = z.strictObject({
  level: z.enum(LOG_LEVELS).default("info"),
  format: z.enum(["json", "text"]).default("json"),
  outputs: z.array(output).default([{ type: "console" }]),
});

/** Results that were too big to be given at once. */
const results = z.strictObject({
  keepFor: duration.default(900_000),
  bytesPerPrincipal: size.default(67_108_864),
  bytes: size.default(268_435_456),
});

/** The whole file. */
export const ConfigFileSchema = z.strictObject({
  server: server.prefault({}),
  sandbox: sandbox.prefault({}),
  executions: executions.prefault({}),
  security: security.prefault({}),
  mcp: z.strictObject({
    servers: z.record(z.string(), mcpServer).default({}),
    logins: z.strictObject({ path: z.string().min(1) }).optional(),
  }).prefault({}),
  openapi: z.record(z.string(), OpenApiSchema).default({}),
  reload: z.strictObject({
    watch: z.boolean().default(true),
    grace: duration.default(10_000),
  }).prefault({}),
  admin: z.strictObject({
    enabled: z.boolean().default(false),
    stdio: z.boolean().default(false),
    privateAddresses: z.boolean().default(false),
  }).prefault({}),
  logging: logging.prefault({}),
  results: results.prefault({}),
  audit: z.strictObject({
    path: z.string().min(1),
    maxBytes: size.default(10_485_760),
    keep: positive.default(30),
  }).optional(),
});

/** The file after parsing: defaults filled, units resolved. */
export type ConfigFile = z.output<typeof ConfigFileSchema>;

/** The keys a mapping at a path may have, for suggestions; undefined where any key may stand. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] | undefined {
  let schema: unknown = ConfigFileSchema;
  for (const key of path) schema = childOf(unwrap(schema), key);
  const end = unwrap(schema);
  if (end instanceof z.ZodDiscriminatedUnion) {
    return [...new Set(end.options.flatMap((option) => keysOf(option) ?? []))];
  }
  return keysOf(end);
}

function keysOf(schema: unknown): string[] | undefined {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : undefined;
}

function childOf(schema: unknown, key: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodOptional
  ) {
    inner = inner.unwrap();
  }
  return inner;
}
