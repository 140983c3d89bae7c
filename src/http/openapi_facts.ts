/**
 * What the OpenAPI document says of operations beside their schemas: where they belong, what may be
 * sent to try them, and which codes they fail with. The description of a status names its codes.
 */

import { ERROR_CODES, type ErrorCode } from "../base/errors.ts";

/** Groups of operations, in the order a reader wants them. */
export const TAGS = Object.freeze([
  { name: "Run", description: "Programs: run, watched, answered, ended, and what they left" },
  { name: "Tools", description: "What programs can call: listed, searched, declared, called" },
  { name: "MCP", description: "The service as an MCP server" },
  { name: "Servers", description: "Servers of a running service, where admin.enabled is set" },
  { name: "Service", description: "How it is and what it has" },
]);

interface Facts {
  readonly tag: "Run" | "Tools" | "MCP" | "Servers" | "Service";
  /** Codes beside those that every guarded operation, body or parameter brings. */
  readonly codes?: readonly ErrorCode[];
  /** A body to try it with. */
  readonly example?: unknown;
  /** Values to try its parameters with. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** Codes of whatever asks who is there. */
const GUARDED: readonly ErrorCode[] = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "RATE_LIMITED",
  "IDENTITY_PROVIDER_UNAVAILABLE",
  "INTERNAL",
];
const OF_BODIES: readonly ErrorCode[] = [
  "INVALID_REQUEST",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
];
const OF_RUNS: readonly ErrorCode[] = [
  "CAPABILITY_VIOLATION",
  "QUEUE_FULL",
  "SHUTTING_DOWN",
  "RUNTIME_UNAVAILABLE",
];
const OF_CALLS: readonly ErrorCode[] = [
  "TOOL_NOT_FOUND",
  "TOOL_CHANGED",
  "TOOL_INPUT_INVALID",
  "TOOL_OUTPUT_INVALID",
  "TOOL_TIMEOUT",
  "MCP_TOOL_ERROR",
  "MCP_SERVER_UNAVAILABLE",
  "LOGIN_REQUIRED",
  "APPROVAL_REQUIRED",
  "SHUTTING_DOWN",
];
const SUM = "const sum: number = 1 + 1;\nreturn { sum };";
const ONE: Facts = { tag: "Run", codes: ["EXECUTION_NOT_FOUND"], parameters: { id: "exec_1" } };

const FACTS: Readonly<Record<string, Facts>> = {
  execute: { tag: "Run", codes: OF_RUNS, example: { code: SUM } },
  executeStream: { tag: "Run", codes: OF_RUNS, example: { code: `console.log("hi");\n${SUM}` } },
  socket: { tag: "Run", codes: ["INVALID_REQUEST"] },
  executions: { tag: "Run", parameters: { limit: 10 } },
  execution: ONE,
  cancelExecution: ONE,
  executionEvents: ONE,
  answerQuestion: { ...ONE, example: { question: "q_1", action: "decline" } },
  readResult: {
    tag: "Run",
    codes: ["RESULT_NOT_FOUND"],
    parameters: { handle: "res_1" },
  },
  check: { tag: "Run", codes: OF_RUNS, example: { code: "return 1 + 1" } },
  tools: { tag: "Tools" },
  searchTools: { tag: "Tools", parameters: { q: "read a file", limit: 5 } },
  declarations: { tag: "Tools", codes: ["NOT_FOUND"], parameters: { budget: 4000 } },
  callTool: {
    tag: "Tools",
    codes: OF_CALLS,
    parameters: { server: "memory", tool: "search_nodes" },
    example: { query: "Ada" },
  },
  mcp: {
    tag: "MCP",
    codes: ["PAYLOAD_TOO_LARGE"],
    example: {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "example", version: "1.0.0" },
      },
    },
  },
  listenMcp: { tag: "MCP" },
  endMcpSession: { tag: "MCP" },
  listServers: { tag: "Servers" },
  addServer: {
    tag: "Servers",
    codes: ["CONFLICT"],
    example: {
      name: "notes",
      mcp: { transport: "http", url: "https://notes.example/mcp", start: "lazy" },
    },
  },
  reloadServers: { tag: "Servers", codes: ["CONFIG_INVALID"] },
  removeServer: { tag: "Servers", codes: ["NOT_FOUND", "CONFLICT"], parameters: { name: "notes" } },
  runtimes: { tag: "Service" },
  health: { tag: "Service" },
  resourceMetadata: { tag: "Service" },
  metrics: { tag: "Service" },
};

/** An operation as the document begins it. */
export interface PlainOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Paths with their operations. */
export type Paths = Readonly<Record<string, Readonly<Record<string, PlainOperation>>>>;

/** All paths, every operation with its tag, its examples and a response for each status it fails with. */
export function completePaths(paths: Paths): Record<string, unknown> {
  const entries = Object.entries(paths).map(([path, methods]) => {
    const complete = Object.entries(methods).map(([method, one]) =>
      [method, completeOperation(one)] as const
    );
    return [path, Object.fromEntries(complete)] as const;
  });
  return Object.fromEntries(entries);
}

function completeOperation(operation: PlainOperation): Record<string, unknown> {
  const facts = FACTS[operation.operationId];
  if (facts === undefined) throw new TypeError(`Cannot document "${operation.operationId}"`);
  const { parameters, requestBody } = operation;
  return {
    tags: [facts.tag],
    ...operation,
    ...(parameters === undefined ? {} : {
      parameters: parameters.map((one) => withExample(one as Parameter, facts.parameters ?? {})),
    }),
    ...(requestBody === undefined ? {} : { requestBody: withBodyExample(requestBody, facts) }),
    responses: { ...failures(codesOf(operation, facts)), ...operation.responses },
  };
}

interface Parameter {
  readonly name: string;
}

function withExample(parameter: Parameter, values: Readonly<Record<string, unknown>>) {
  const { name } = parameter;
  return Object.hasOwn(values, name) ? { ...parameter, example: values[name] } : parameter;
}

function withBodyExample(body: unknown, { example }: Facts) {
  const { content, ...rest } = body as { content: { "application/json": object } };
  return { ...rest, content: { "application/json": { ...content["application/json"], example } } };
}

function codesOf({ operationId, parameters, requestBody }: PlainOperation, { codes }: Facts) {
  const ofInput: readonly ErrorCode[] = operationId === "mcp" // answers in its own protocol
    ? []
    : requestBody !== undefined
    ? OF_BODIES
    : parameters !== undefined
    ? ["INVALID_REQUEST"]
    : [];
  return [...new Set([...GUARDED, ...ofInput, ...codes ?? []])];
}

function failures(codes: readonly ErrorCode[]): Record<string, unknown> {
  const statuses = [...new Set(codes.map((code) => ERROR_CODES[code].status))];
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Failure" } } };
  const entries = statuses.map((status) => {
    const own = codes.filter((code) => ERROR_CODES[code].status === status);
    const isRetryable = own.some((code) => ERROR_CODES[code].retryable);
    const description = own.join(", ");
    return [status, { description, ...(isRetryable ? { headers: RETRY } : {}), content }] as const;
  });
  return Object.fromEntries(entries);
}

const RETRY = Object.freeze({
  "Retry-After": { description: "Seconds to wait", schema: { type: "integer" } },
});
