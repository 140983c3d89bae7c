/** The protocol's requests as text, sent to an endpoint without a socket, as one principal or another. */

import type { McpEndpoint } from "../../src/door/mod.ts";
import type { Caller } from "../../src/engine/mod.ts";

/** An answer of the endpoint. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests assert on parsed JSON
  readonly body: any;
}

/** Options of one request. */
export interface RawOptions {
  readonly caller: Caller;
  readonly capabilities?: Record<string, unknown>;
  readonly meta?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** Sends what the endpoint is sent over HTTP; streams are read to their last message. */
export async function post(
  endpoint: McpEndpoint,
  body: unknown,
  options: RawOptions,
): Promise<RawAnswer> {
  const response = await send(endpoint, body, options);
  const text = await response.text();
  const isStream = response.headers.get("content-type")?.includes("event-stream") ?? false;
  const json = isStream
    ? text.split("\n").findLast((line) => line.startsWith("data: {"))?.slice(6)
    : text;
  return {
    status: response.status,
    headers: response.headers,
    body: json ? JSON.parse(json) : undefined,
  };
}

/** Sends the same, and reads the messages of the stream that answers one by one. */
export async function* stream(
  endpoint: McpEndpoint,
  body: unknown,
  options: RawOptions,
  // deno-lint-ignore no-explicit-any -- tests assert on parsed JSON
): AsyncGenerator<any, undefined> {
  const response = await send(endpoint, body, options);
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (text + chunk).split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = event.split("\n").find((line) => line.startsWith("data: {"));
      if (data !== undefined) yield JSON.parse(data.slice(6));
    }
  }
}

async function send(
  endpoint: McpEndpoint,
  body: unknown,
  { caller, headers = {}, signal }: RawOptions,
): Promise<Response> {
  const request = new Request("http://localhost/mcp", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  return await endpoint.fetch(request, caller);
}

/** A request of the revision 2026-07-28. */
export async function modern(
  endpoint: McpEndpoint,
  method: string,
  params: Record<string, unknown>,
  options: RawOptions,
): Promise<RawAnswer> {
  const name = params["name"] ?? params["uri"] ?? params["taskId"];
  const envelope = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": options.capabilities ?? {},
  };
  const _meta = { ...options.meta, ...envelope };
  return await post(endpoint, { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta } }, {
    ...options,
    headers: {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
      ...options.headers,
    },
  });
}

/** The request that begins a session of the revision 2025-11-25. */
export const INITIALIZE = Object.freeze({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "raw", version: "1" },
  },
});

/** Begins a session whose client can be asked by forms; the headers of its requests. */
export async function beginAskable(
  endpoint: McpEndpoint,
  caller: Caller,
): Promise<Record<string, string>> {
  const params = { ...INITIALIZE.params, capabilities: { elicitation: { form: {}, url: {} } } };
  const { headers } = await post(endpoint, { ...INITIALIZE, params }, { caller });
  return {
    "mcp-session-id": headers.get("mcp-session-id") ?? "",
    "mcp-protocol-version": "2025-11-25",
  };
}
