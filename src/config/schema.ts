/** The configuration file: every key, every default, every unit. Unknown keys are errors. */

import { z } from "zod";
import { LOG_LEVELS } from "../base/log.ts";
import { Secret } from "../base/secret.ts";
import { RUNTIME_NAMES } from "../contract/mod.ts";
import { ServerAuthSchema } from "./server_auth.ts";
import { ToolPolicySchema } from "./tool_policy.ts";
import { parseDuration, parseSize } from "./units.ts";

const MAX_TIMER_MS = 2_147_483_647;

const duration = z.union([z.string(), z.number()], 'must be a duration such as "30s"').transform(
  (value, context) => {
    const ms = parseDuration(value);
    if (ms !== undefined && ms <= MAX_TIMER_MS) return ms;
    context.addIssue({
      code: "custom",
      message: `${shown(value)} is not a duration such as "30s" or "500ms"`,
    });
    return z.NEVER;
  },
);

const size = z.union([z.string(), z.number()], 'must be a size such as "128MB"').transform(
  (value, context) => {
    const bytes = parseSize(value);
    if (bytes !== undefined && Number.isInteger(bytes)) return bytes;
    context.addIssue({ code: "custom", message: `${shown(value)} is not a size such as "128MB"` });
    return z.NEVER;
  },
);

const WHOLE = "must be a whole number, 0 or more";
const POSITIVE = "must be a whole number above 0";
const AMOUNT = "must be a number above 0";
const PORT = "must be a port, 0 to 65535";
const GRANTED_PORT = "must be a port, 1 to 65535";

const whole = z.int(WHOLE).min(0, WHOLE);
const positive = z.int(POSITIVE).min(1, POSITIVE);
const grantedPort = z.int(GRANTED_PORT).min(1, GRANTED_PORT).max(65535, GRANTED_PORT);
const amount = z.number(AMOUNT).positive(AMOUNT);
const secret = z.union([z.string(), z.number(), z.boolean()], "must be a text").transform((value) =>
  new Secret(String(value))
);

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

/** The whole file. */
export const ConfigFileSchema = z.strictObject({
  server: server.prefault({}),
  sandbox: sandbox.prefault({}),
  security: security.prefault({}),
  mcp: z.strictObject({
    servers: z.record(z.string(), mcpServer).default({}),
    logins: z.strictObject({ path: z.string().min(1) }).optional(),
  }).prefault({}),
  logging: logging.prefault({}),
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

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}
