/** The configuration file: every key, every default, every unit. Unknown keys are errors. */

import { z } from "zod";
import { LOG_LEVELS } from "../base/log.ts";
import { ExecutionsSchema } from "./executions_config.ts";
import { OpenApiSchema } from "./openapi_api.ts";
import { SandboxSchema } from "./sandbox_config.ts";
import { ServerAuthSchema } from "./server_auth.ts";
import { ServerSchema } from "./server_config.ts";
import { ToolPolicySchema } from "./tool_policy.ts";
import { amount, duration, grantedPort, positive, secret, size } from "./values.ts";

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
  url: z.url("must be an address such as https://example.com/mcp").optional(),
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
  sessions: positive.default(4),
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
  server: ServerSchema.prefault({}),
  sandbox: SandboxSchema.prefault({}),
  executions: ExecutionsSchema.prefault({}),
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
