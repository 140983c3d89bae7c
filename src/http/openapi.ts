/** `GET /openapi.json`: OpenAPI 3.1 made from the same schemas that read requests. */

import { z } from "zod";
import {
  CheckAnswerSchema,
  CheckRequestSchema,
  ExecuteAnswerSchema,
  ProblemSchema,
  RuntimesAnswerSchema,
  SubmissionSchema,
  ToolCallAnswerSchema,
  ToolCallRequestSchema,
  ToolsAnswerSchema,
  ToolSearchAnswerSchema,
} from "../contract/mod.ts";
import { anyOf, EXECUTION_SCHEMAS, executionPaths } from "./openapi_executions.ts";

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
    paths: {
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
      "/api/v1/declarations": { get: declarationsOperation() },
      "/api/v1/runtimes": { get: answering("runtimes", "Runtimes of this host", "RuntimesAnswer") },
      "/health": { get: plain("health", "How every part is", "application/json") },
      "/.well-known/oauth-protected-resource": {
        get: plain("resourceMetadata", "Whose tokens are taken (RFC 9728)", "application/json"),
      },
      "/metrics": { get: plain("metrics", "Prometheus text", "text/plain") },
    },
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
    default: { description: "The request did not run", content: reference("Failure") },
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

function plain(operationId: string, summary: string, type: string) {
  return {
    operationId,
    summary,
    responses: { 200: { description: "The answer", content: { [type]: {} } } },
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

function callOperation() {
  const names = { server: "The server's name", tool: "The tool's name" };
  return {
    ...withBody("callTool", "Call one tool without a program", "ToolCallRequest", "ToolCallAnswer"),
    parameters: Object.entries(names).map(([name, description]) => ({
      in: "path",
      name,
      description,
      required: true,
      schema: { type: "string" },
    })),
  };
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
  ];
  return {
    ...plain("declarations", "Declarations of the tools, in TypeScript or Python", "text/plain"),
    parameters: parameters.map((one) => ({ in: "query", ...one })),
  };
}
