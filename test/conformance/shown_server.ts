/**
 * The server behind our door in the conformance suite: the tools, resources and prompts that the suite's
 * scenarios call by name, on stdio, with version 2 of the SDK.
 */

import {
  type CallToolResult,
  createRequestStateCodec,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type McpRequestContext,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";

type Reply = CallToolResult | InputRequiredResult;
type Args = Record<string, unknown>;
type Run = (args: Args, ctx: ServerContext) => Reply | Promise<Reply>;
type Schema = { type: "object"; [keyword: string]: unknown };

/** What a form asks for, as the protocol has it. */
type Form = Extract<
  Parameters<typeof inputRequired.elicit>[0]["requestedSchema"],
  { properties: object }
>;

const codec = createRequestStateCodec<{ step: number }>({
  key: crypto.getRandomValues(new Uint8Array(32)),
});
const text = (said: string, more: Partial<CallToolResult> = {}): CallToolResult => ({
  content: [{ type: "text", text: said }],
  ...more,
});
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const object = (properties: Args, required = Object.keys(properties)): Schema => ({
  type: "object",
  properties,
  required,
});

function form(message: string, properties: Form["properties"], required?: string[]) {
  const schema: Form = {
    type: "object",
    properties,
    required: required ?? Object.keys(properties),
  };
  return inputRequired.elicit({ message, requestedSchema: schema });
}

function sample(said: string, maxTokens: number) {
  return inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: said } }],
    maxTokens,
  });
}

/** Asks one thing until it is answered. */
function asking(
  name: string,
  // deno-lint-ignore no-explicit-any -- an input request of any kind
  request: (args: Args) => any,
  // deno-lint-ignore no-explicit-any -- an answer of any kind
  told: (answer: any) => Reply,
): Run {
  return (args, ctx) => {
    const answer = inputResponse(ctx.mcpReq.inputResponses, name);
    if (answer.kind === "missing") {
      return inputRequired({ inputRequests: { [name]: request(args) } });
    }
    return told(answer);
  };
}

const STRING: Form["properties"][string] = { type: "string" };
const CONFIRM: Form["properties"] = { name: STRING, confirm: { type: "boolean" } };
const completed = ({ action, content }: { action: string; content: unknown }) =>
  text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);

const DEFAULTS: Form["properties"] = {
  name: { type: "string", default: "John Doe" },
  age: { type: "integer", default: 30 },
  score: { type: "number", default: 95.5 },
  status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
  verified: { type: "boolean", default: true },
};

const titled = (...titles: string[]) =>
  titles.map((title, index) => ({ const: `value${index + 1}`, title }));

const ENUMS: Form["properties"] = {
  untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
  titledSingle: {
    type: "string",
    oneOf: titled("First Option", "Second Option", "Third Option"),
  },
  legacyEnum: {
    type: "string",
    enum: ["opt1", "opt2", "opt3"],
    enumNames: ["Option One", "Option Two", "Option Three"],
  },
  untitledMulti: {
    type: "array",
    items: { type: "string", enum: ["option1", "option2", "option3"] },
  },
  titledMulti: {
    type: "array",
    items: { anyOf: titled("First Choice", "Second Choice", "Third Choice") },
  },
};

const SCHEMA_2020: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: STRING, city: STRING },
    },
  },
  properties: {
    name: STRING,
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: STRING,
    email: STRING,
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
};

const image = { type: "image" as const, data: PNG, mimeType: "image/png" };
const resource = (uri: string, mimeType: string, said: string) => ({
  type: "resource" as const,
  resource: { uri, mimeType, text: said },
});

const inputs = {
  user_name: () => form("What is your name?", { name: STRING }),
  greeting: () => sample("Generate a greeting", 50),
  client_roots: () => inputRequired.listRoots(),
};

/** What the client of a request says it can do. */
function can(ctx: ServerContext): Args {
  const envelope: Args = ctx.mcpReq.envelope ?? {};
  return (envelope["io.modelcontextprotocol/clientCapabilities"] ?? {}) as Args;
}

async function confirmed(ctx: ServerContext, said: string): Promise<Reply> {
  const answer = inputResponse(ctx.mcpReq.inputResponses, "confirm");
  if (answer.kind === "elicit" && ctx.mcpReq.requestState<{ step: number }>()?.step === 1) {
    return text(said);
  }
  return inputRequired({
    inputRequests: { confirm: form("Please confirm", { ok: { type: "boolean" } }) },
    requestState: await codec.mint({ step: 1 }),
  });
}

async function multiRound(ctx: ServerContext): Promise<Reply> {
  const { inputResponses } = ctx.mcpReq;
  const step = ctx.mcpReq.requestState<{ step: number }>()?.step ?? 0;
  const isAnswered = (name: string) => inputResponse(inputResponses, name).kind === "elicit";
  if (step === 2 && isAnswered("step2")) return text("done");
  const next = step === 1 && isAnswered("step1") ? 2 : 1;
  const request = next === 2
    ? form("Step 2: What is your favorite color?", { color: STRING })
    : form("Step 1: What is your name?", { name: STRING });
  return inputRequired({
    inputRequests: { [`step${next}`]: request },
    requestState: await codec.mint({ step: next }),
  });
}

/** Longer than the door waits before it makes a task of a call. */
const SLOW_MS = 1000;

let changes = 0;
const servers = new Set<Server>();

const TOOLS: Record<string, { schema?: Schema; run: Run }> = {
  test_simple_text: { run: () => text("This is a simple text response for testing.") },
  test_image_content: { run: () => ({ content: [image] }) },
  test_audio_content: {
    run: () => ({ content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }] }),
  },
  test_embedded_resource: {
    run: () => ({
      content: [
        resource(
          "test://embedded-resource",
          "text/plain",
          "This is an embedded resource content.",
        ),
      ],
    }),
  },
  test_multiple_content_types: {
    run: () => ({
      content: [
        { type: "text", text: "Multiple content types test:" },
        image,
        resource(
          "test://mixed-content-resource",
          "application/json",
          JSON.stringify({ test: "data", value: 123 }),
        ),
      ],
    }),
  },
  test_tool_with_logging: {
    async run(_args, ctx) {
      for (const said of ["started", "processing data", "completed"]) {
        await ctx.mcpReq.log("info", `Tool execution ${said}`);
        await wait(50);
      }
      return text("logged");
    },
  },
  test_logging_tool: {
    async run(_args, ctx) {
      await ctx.mcpReq.log("info", "said");
      return text("logged");
    },
  },
  test_error_handling: {
    run: () => text("This tool intentionally returns an error for testing", { isError: true }),
  },
  test_tool_with_progress: {
    async run(_args, ctx) {
      const progressToken = ctx.mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progressToken === undefined) break;
        const params = { progressToken, progress, total: 100 };
        await ctx.mcpReq.notify({ method: "notifications/progress", params });
        await wait(50);
      }
      return text("done");
    },
  },
  test_sampling: {
    schema: object({ prompt: STRING }),
    run: asking(
      "it",
      ({ prompt }) => sample(String(prompt), 100),
      ({ result }) => text(`LLM response: ${result.content.text}`),
    ),
  },
  test_elicitation: {
    schema: object({ message: STRING }),
    run: asking(
      "it",
      ({ message }) =>
        form(String(message), {
          username: { type: "string", description: "User's response" },
          email: { type: "string", description: "User's email address" },
        }),
      ({ action, content }) => text(`User response: ${JSON.stringify({ action, content })}`),
    ),
  },
  test_elicitation_sep1034_defaults: {
    run: asking("it", () => form("defaults", DEFAULTS, []), completed),
  },
  test_elicitation_sep1330_enums: { run: asking("it", () => form("enums", ENUMS, []), completed) },
  test_reconnection: {
    async run() {
      await wait(100);
      return text("reconnected");
    },
  },
  json_schema_2020_12_tool: { schema: SCHEMA_2020, run: () => text("ok") },
  test_missing_capability: {
    run(_args, ctx) {
      if (can(ctx).sampling !== undefined) return text("ok");
      throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
    },
  },
  test_streaming_elicitation: {
    async run(args, ctx) {
      const progressToken = ctx.mcpReq._meta?.progressToken;
      if (progressToken !== undefined) {
        const params = { progressToken, progress: 1 };
        await ctx.mcpReq.notify({ method: "notifications/progress", params });
      }
      return await asking("x", () => form("x?", { x: STRING }), () => text("ok"))(args, ctx);
    },
  },
  test_trigger_tool_change: {
    async run() {
      changes += 1;
      for (const server of servers) await server.sendToolListChanged();
      return text("changed");
    },
  },
  test_trigger_prompt_change: {
    async run() {
      changes += 1;
      for (const server of servers) await server.sendPromptListChanged();
      return text("changed");
    },
  },
  test_input_required_result_elicitation: {
    run: asking(
      "user_name",
      inputs.user_name,
      (answer) =>
        typeof answer.content?.name === "string"
          ? text(`Hello, ${answer.content.name}!`)
          : inputRequired({ inputRequests: { user_name: inputs.user_name() } }),
    ),
  },
  test_input_required_result_sampling: {
    run: asking(
      "capital_question",
      () => sample("What is the capital of France?", 100),
      ({ result }) => text(`Answer: ${result.content.text}`),
    ),
  },
  test_input_required_result_list_roots: {
    run: asking(
      "client_roots",
      inputs.client_roots,
      ({ roots }) => text(`Roots: ${roots.map(({ uri }: { uri: string }) => uri)}`),
    ),
  },
  test_input_required_result_request_state: { run: (_args, ctx) => confirmed(ctx, "state-ok") },
  test_input_required_result_tampered_state: { run: (_args, ctx) => confirmed(ctx, "ok") },
  test_input_required_result_multiple_inputs: {
    async run(_args, ctx) {
      const names = Object.keys(inputs) as (keyof typeof inputs)[];
      const { inputResponses } = ctx.mcpReq;
      if (names.every((name) => inputResponse(inputResponses, name).kind !== "missing")) {
        return text("all");
      }
      return inputRequired({
        inputRequests: Object.fromEntries(names.map((name) => [name, inputs[name]()])),
        requestState: await codec.mint({ step: 1 }),
      });
    },
  },
  test_input_required_result_multi_round: { run: (_args, ctx) => multiRound(ctx) },
  test_input_required_result_capabilities: {
    async run(_args, ctx) {
      const { elicitation, sampling } = can(ctx);
      return inputRequired({
        inputRequests: {
          ...(elicitation === undefined ? {} : { e: form("x", { x: STRING }) }),
          ...(sampling === undefined ? {} : { s: sample("hi", 10) }),
        },
        requestState: await codec.mint({ step: 1 }),
      });
    },
  },
  test_custom_header: {
    schema: { type: "object", properties: { region: { ...STRING, "x-mcp-header": "Region" } } },
    run: ({ region }) => text(String(region)),
  },
  greet: { schema: object({ name: STRING }), run: ({ name }) => text(`Hello, ${name}!`) },
  slow_compute: {
    async run({ seconds, label }, ctx) {
      for (let i = 0; i < Number(seconds) * 20 && !ctx.mcpReq.signal.aborted; i++) await wait(50);
      return text(`computed ${label}`);
    },
  },
  failing_job: {
    async run() {
      await wait(1000);
      return text("failed", { isError: true });
    },
  },
  protocol_error_job: {
    async run() {
      await wait(1000);
      throw new ProtocolError(-32603, "panic");
    },
  },
  confirm_delete: {
    async run(args, ctx) {
      await wait(SLOW_MS);
      return await asking(
        "confirm",
        ({ filename }) => form(`Delete ${filename}?`, { confirm: { type: "boolean" } }),
        () => text("deleted"),
      )(args, ctx);
    },
  },
  multi_input: {
    async run(_args, ctx) {
      await wait(SLOW_MS);
      const { inputResponses } = ctx.mcpReq;
      if (["a", "b"].every((name) => inputResponse(inputResponses, name).kind === "elicit")) {
        return text("both");
      }
      return inputRequired({
        inputRequests: {
          a: form("a", CONFIRM),
          b: form("b", CONFIRM),
        },
      });
    },
  },
  test_tool_with_task: {
    async run(args, ctx) {
      if (inputResponse(ctx.mcpReq.inputResponses, "user_name").kind === "elicit") {
        await wait(SLOW_MS);
      }
      return await asking(
        "user_name",
        inputs.user_name,
        ({ content }) => text(`Hello ${content?.name}`),
      )(args, ctx);
    },
  },
};

const RESOURCES = [
  { uri: "test://static-text", name: "static text", mimeType: "text/plain" },
  { uri: "test://static-binary", name: "static binary", mimeType: "image/png" },
  { uri: "test://watched-resource", name: "watched", mimeType: "text/plain" },
].map((one) => ({ ...one, description: `The resource ${one.name}` }));

function readResource(uri: string) {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (uri === "test://static-text") {
    return {
      uri,
      mimeType: "text/plain",
      text: "This is the content of the static text resource.",
    };
  }
  if (uri === "test://static-binary") return { uri, mimeType: "image/png", blob: PNG };
  if (uri === "test://watched-resource") return { uri, mimeType: "text/plain", text: "watched" };
  if (id === undefined) throw new ProtocolError(-32602, "Resource not found", { uri });
  const data = { id, templateTest: true, data: `Data for ID: ${id}` };
  return { uri, mimeType: "application/json", text: JSON.stringify(data) };
}

const argument = (name: string) => ({ name, description: `The ${name}`, required: true });
const PROMPTS = [
  { name: "test_simple_prompt" },
  { name: "test_prompt_with_arguments", arguments: [argument("arg1"), argument("arg2")] },
  { name: "test_prompt_with_embedded_resource", arguments: [argument("resourceUri")] },
  { name: "test_prompt_with_image" },
  { name: "test_input_required_result_prompt" },
].map((one) => ({ ...one, description: `The prompt ${one.name}` }));

type Content = { type: "text"; text: string } | typeof image | ReturnType<typeof resource>;
const user = (...contents: Content[]) => ({
  messages: contents.map((content) => ({ role: "user" as const, content })),
});
const said = (words: string): Content => ({ type: "text", text: words });

function getPrompt(name: string, args: Record<string, string>, ctx: ServerContext) {
  switch (name) {
    case "test_simple_prompt":
      return user(said("This is a simple prompt for testing."));
    case "test_prompt_with_arguments":
      return user(said(`Prompt with arguments: arg1='${args.arg1}', arg2='${args.arg2}'`));
    case "test_prompt_with_embedded_resource":
      return user(
        resource(String(args.resourceUri), "text/plain", "Embedded resource content for testing."),
        said("Please process the embedded resource above."),
      );
    case "test_prompt_with_image":
      return user(image, said("Please analyze the image above."));
    case "test_input_required_result_prompt": {
      const answer = inputResponse(ctx.mcpReq.inputResponses, "user_context");
      if (answer.kind === "elicit") return user(said(`context ${answer.content?.context}`));
      const request = form("What context should the prompt use?", { context: STRING });
      return inputRequired({ inputRequests: { user_context: request } });
    }
  }
  throw new ProtocolError(-32602, `There is no prompt ${name}`);
}

function build(_ctx: McpRequestContext): Server {
  const server = new Server({ name: "shown", version: "1.0.0" }, {
    capabilities: {
      tools: { listChanged: true },
      resources: { subscribe: true },
      prompts: { listChanged: true },
      completions: {},
      logging: {},
    },
    requestState: { verify: codec.verify },
  });
  servers.add(server);
  server.onclose = () => void servers.delete(server);
  server.setRequestHandler("tools/list", () => ({
    tools: Object.entries(TOOLS).map(([name, { schema = { type: "object" as const } }]) => ({
      name,
      description: `The tool ${name}, after ${changes} changes`,
      inputSchema: schema,
    })),
  }));
  server.setRequestHandler("tools/call", async ({ params }, ctx) => {
    const tool = TOOLS[params.name];
    if (tool === undefined) throw new ProtocolError(-32602, `Unknown tool: ${params.name}`);
    return await tool.run(params.arguments ?? {}, ctx);
  });
  server.setRequestHandler("resources/list", () => ({ resources: RESOURCES }));
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: [{
      uriTemplate: "test://template/{id}/data",
      name: "template",
      description: "Data by id",
      mimeType: "application/json",
    }],
  }));
  server.setRequestHandler("resources/read", ({ params }) => ({
    contents: [readResource(params.uri)],
  }));
  server.setRequestHandler("prompts/list", () => ({ prompts: PROMPTS }));
  server.setRequestHandler(
    "prompts/get",
    ({ params }, ctx) => getPrompt(params.name, params.arguments ?? {}, ctx),
  );
  server.setRequestHandler("completion/complete", () => ({
    completion: { values: ["paris", "park", "party"], total: 3, hasMore: false },
  }));
  return server;
}

serveStdio(build);
