/** `GET /openapi.json`: OpenAPI 3.1 made from the same schemas that read requests. */

import { z } from "zod";
import {
  AddServerRequestSchema,
  CheckAnswerSchema,
  CheckRequestSchema,
  ExecuteAnswerSchema,
  MaxResultTokensSchema,
  ProblemSchema,
  ReadResultSchema,
  ResultPageSchema,
  RuntimesAnswerSchema,
  ServerChangesSchema,
  ServerInfoSchema,
  ServersAnswerSchema,
  SubmissionSchema,
  ToolCallAnswerSchema,
  ToolCallRequestSchema,
  ToolsAnswerSchema,
  ToolSearchAnswerSchema,
} from "../contract/mod.ts";
import { anyOf, EXECUTION_SCHEMAS, executionPaths } from "./openapi_executions.ts";
import { completePaths, TAGS } from "./openapi_facts.ts";

const FAILURE = z.object({ success: z.literal(false), error: ProblemSchema }).meta({
  id: "Failure",
});

const SCHEMAS = {
  ExecuteRequest: SubmissionSchema,
  ExecuteAnswer: ExecuteAnswerSchema,
  CheckRequest: CheckRequestSchema,
  CheckAnswer: CheckAnswerSchema,
  ToolsAnswer: ToolsAnswerSchema,
  ToolCallRequest: ToolCallRequestSchema,
  ToolCallAnswer: ToolCallAnswerSchema,
  ToolSearchAnswer: ToolSearchAnswerSchema,
  RuntimesAnswer: RuntimesAnswerSchema,
  AddServerRequest: AddServerRequestSchema,
  Server: ServerInfoSchema,
  ServersAnswer: ServersAnswerSchema,
  ServerChanges: ServerChangesSchema,
  ResultPage: ResultPageSchema,
  Failure: FAILURE,
  ...EXECUTION_SCHEMAS,
} as const;

const COMPONENT = "#/components/schemas/";

type SchemaName = keyof typeof SCHEMAS;

interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** The document. */
export function openapi(version: string): Record<string, unknown> {
  return {
    openapi: "3.1.0",
    info: { title: "Code Mode", version, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    tags: TAGS,
    paths: completePaths({
      "/api/v1/execute": {
        post: executeOperation(),
      },
      ...executionPaths(),
      "/api/v1/check": {
        post: withBody("check", "Type-check a program", "CheckRequest", "CheckAnswer"),
      },
      "/api/v1/tools": { get: answering("tools", "Tools by namespace", "ToolsAnswer") },
      "/api/v1/tools/search": { get: searchOperation() },
      "/api/v1/tools/{server}/{tool}": { post: callOperation() },
      "/api/v1/servers": {
        get: answering("listServers", "Servers (where admin.enabled is set)", "ServersAnswer"),
        post: withBody("addServer", "One more server", "AddServerRequest", "Server"),
      },
      "/api/v1/servers/reload": {
        post: answering("reloadServers", "Read the configuration again", "ServerChanges"),
      },
      "/api/v1/servers/{name}": { delete: removeServerOperation() },
      "/api/v1/results/{handle}": { get: readResultOperation() },
      "/api/v1/declarations": { get: declarationsOperation() },
      "/api/v1/runtimes": { get: answering("runtimes", "Runtimes of this host", "RuntimesAnswer") },
      "/mcp": {
        post: mcpOperation(),
        get: plain("listenMcp", "Messages of a session (revision 2025-11-25)", "text/event-stream"),
        delete: plain("endMcpSession", "Ends a session (revision 2025-11-25)", "text/plain"),
      },
      "/health": { get: healthOperation() },
      "/.well-known/oauth-protected-resource": {
        get: plain("resourceMetadata", "Whose tokens are taken (RFC 9728)", "application/json"),
      },
      "/metrics": { get: plain("metrics", "Prometheus text", "text/plain") },
    }),
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "A token of the authorization server, or an API key",
        },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
      },
    },
    // The first is for services on a loopback address that ask nobody who they are.
    security: [{}, { bearer: [] }, { apiKey: [] }],
  };
}

function componentSchemas(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `${COMPONENT}${id}`,
    io: "input",
  });
  // What several schemas share is printed as one more schema, inside which its parts are named.
  const { __shared: shared, ...own } = schemas;
  const all: typeof schemas = { ...own, ...shared?.$defs as typeof schemas };
  const text = JSON.stringify(all).replaceAll(`${COMPONENT}__shared#/$defs/`, COMPONENT);
  const named: Record<string, Record<string, unknown>> = JSON.parse(text);
  return Object.fromEntries(Object.entries(named).map(([id, schema]) => [id, withoutId(schema)]));
}

function withoutId(schema: Record<string, unknown>): Record<string, unknown> {
  const { $id: _id, id: _name, $schema: _schema, ...rest } = schema;
  return rest;
}

function reference(name: SchemaName) {
  return { "application/json": { schema: { $ref: `${COMPONENT}${name}` } } };
}

function responses(name: SchemaName) {
  return {
    200: { description: "The answer", content: reference(name) },
    default: { description: "Another failure", content: reference("Failure") },
  };
}

function answering(
  operationId: string,
  summary: string,
  answer: SchemaName,
  parameters: Parameter[] = [],
) {
  return {
    operationId,
    summary,
    ...(parameters.length === 0
      ? {}
      : { parameters: parameters.map((one) => ({ in: "query", ...one })) }),
    responses: responses(answer),
  };
}

function withBody(operationId: string, summary: string, request: SchemaName, answer: SchemaName) {
  return {
    ...answering(operationId, summary, answer),
    requestBody: { required: true, content: reference(request) },
  };
}

function plain(operationId: string, summary: string, ...types: readonly string[]) {
  return {
    operationId,
    summary,
    responses: {
      200: {
        description: "The answer",
        content: Object.fromEntries(types.map((type) => [type, {}])),
      },
      default: { description: "Another failure", content: { "application/json": {} } },
    },
  };
}

function healthOperation() {
  const operation = plain("health", "How every part is", "application/json");
  const away = { description: "Programs cannot run", content: { "application/json": {} } };
  return { ...operation, responses: { ...operation.responses, 503: away } };
}

function mcpOperation() {
  const summary = "The service as an MCP server, revisions 2026-07-28 and 2025-11-25";
  return {
    ...plain("mcp", summary, "application/json", "text/event-stream"),
    requestBody: { required: true, content: { "application/json": {} } },
  };
}

function executeOperation() {
  const operation = withBody("execute", "Run a program", "ExecuteRequest", "ExecuteAnswer");
  const content = { "application/json": anyOf("ExecuteAnswer", "InputRequired") };
  const responses = { ...operation.responses, 200: { description: "The answer", content } };
  return { ...operation, responses };
}

function searchOperation() {
  return answering("searchTools", "Ranked tools with signatures", "ToolSearchAnswer", [
    {
      name: "q",
      description: "What the tool should do",
      required: true,
      schema: { type: "string" },
    },
    {
      name: "limit",
      description: "Tools at most",
      schema: { type: "integer", default: 10, maximum: 50 },
    },
    {
      name: "detail",
      description: "How much to tell of each",
      schema: { enum: ["brief", "detailed", "full"], default: "detailed" },
    },
  ]);
}

function removeServerOperation() {
  const name = { in: "path", name: "name", required: true, schema: { type: "string" } };
  const operation = plain("removeServer", "Without a server", "application/json");
  return { ...operation, parameters: [name] };
}

function callOperation() {
  return {
    ...withBody("callTool", "Call one tool without a program", "ToolCallRequest", "ToolCallAnswer"),
    parameters: [
      inPath("server", "The server's name"),
      inPath("tool", "The tool's name"),
      {
        in: "query",
        name: "maxResultTokens",
        description: "Estimated tokens at most of the result; absent: everything",
        schema: schemaOf(MaxResultTokensSchema),
      },
    ],
  };
}

function readResultOperation() {
  const parameters = Object.entries(ReadResultSchema.shape).map(([name, schema]) => {
    const { description, ...rest } = schemaOf(schema);
    return { in: "query", name, description, schema: rest };
  });
  const summary = "Read on in a result that was too big to be given at once";
  return {
    ...answering("readResult", summary, "ResultPage"),
    parameters: [inPath("handle", "The handle of the answer's `truncated`"), ...parameters],
  };
}

function inPath(name: string, description: string) {
  return { in: "path", name, description, required: true, schema: { type: "string" } };
}

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _schema, ...rest } = z.toJSONSchema(schema);
  return rest;
}

function declarationsOperation() {
  const parameters: Parameter[] = [
    { name: "servers", description: "Servers, separated by commas", schema: { type: "string" } },
    {
      name: "tools",
      description: "server.tool names, separated by commas",
      schema: { type: "string" },
    },
    { name: "budget", description: "Tokens at most", schema: { type: "integer", minimum: 100 } },
    {
      name: "language",
      description: "typescript (default) or python",
      schema: { type: "string", enum: ["typescript", "python"] },
    },
    {
      name: "runtime",
      description: "An older way to name the language",
      schema: { type: "string" },
    },
  ];
  const summary = "Declarations of the tools, in TypeScript or Python";
  return {
    ...plain("declarations", summary, "text/plain", "application/json"),
    parameters: parameters.map((one) => ({ in: "query", ...one })),
  };
}
