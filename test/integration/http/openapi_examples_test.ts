/** What the OpenAPI document says, done to a real service: its examples are sent, its schemas answered. */

import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { noServers } from "../../harness/service_config.ts";
import { type Service, startService } from "../../harness/start_service.ts";

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly example?: unknown;
}

type Content = Readonly<Record<string, { readonly schema?: object; readonly example?: unknown }>>;

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

/** Where the example names what a service without servers and executions does not have. */
const OTHER_STATUS: Readonly<Record<string, number>> = {
  socket: 400,
  execution: 404,
  cancelExecution: 404,
  executionEvents: 404,
  answerQuestion: 404,
  readResult: 404,
  callTool: 404,
  listenMcp: 400,
  endMcpSession: 400,
};

async function send(
  { url }: Service,
  path: string,
  method: string,
  { parameters = [], requestBody }: Operation,
): Promise<Response> {
  const given = parameters.filter(({ example }) => example !== undefined);
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
    return encodeURIComponent(String(given.find((one) => one.name === name)?.example));
  });
  const query = new URLSearchParams(
    given.filter((one) => one.in === "query").map(({ name, example }) => [name, String(example)]),
  );
  const accept = "application/json, text/event-stream";
  if (requestBody === undefined) {
    return await fetch(`${url}${filled}?${query}`, { method, headers: { accept } });
  }
  const body = JSON.stringify(requestBody.content["application/json"]?.example);
  const headers = { accept, "content-type": "application/json" };
  return await fetch(`${url}${filled}?${query}`, { method, headers, body });
}

Deno.test("openapi: its examples run, and every answer is as its schema says", async (t) => {
  await using service = await startService({
    config: noServers("admin: { enabled: true, privateAddresses: true }"),
  });
  const document: Document = await (await service.request("/openapi.json")).json();
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "doc:", components: document.components });
  const validate = (schema: object, value: unknown) => {
    const text = JSON.stringify(schema).replaceAll('"#/', '"doc:#/');
    const isValid = ajv.compile(JSON.parse(text));
    assert.ok(isValid(value), `${ajv.errorsText(isValid.errors)}: ${JSON.stringify(value)}`);
  };
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const { operationId, requestBody, responses } = operation;
      await t.step(operationId, async () => {
        const body = requestBody?.content["application/json"];
        if (body?.schema !== undefined) validate(body.schema, body.example);
        const response = await send(service, path, method.toUpperCase(), operation);
        const text = await response.text();
        assert.equal(response.status, OTHER_STATUS[operationId] ?? 200, text);
        const type = response.headers.get("content-type")?.split(";")[0] ?? "";
        const told = (responses[response.status] ?? responses["default"])?.content?.[type];
        assert.ok(told !== undefined, `${response.status} ${type}`);
        if (told.schema === undefined) return;
        if (type === "application/json") return validate(told.schema, JSON.parse(text));
        const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) =>
          JSON.parse(data)
        );
        assert.ok(events.length > 2);
        for (const event of events) validate(told.schema, event);
      });
    }
  }
});
