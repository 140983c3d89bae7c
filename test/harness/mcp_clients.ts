/** Clients of our own MCP server: version 1 and version 2 of the SDK, with a person who answers. */

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

/** What a person answers. */
export type Answer = {
  action: "accept" | "decline" | "cancel";
  content?: Record<string, string | number | boolean | string[]>;
};

/** Where the server is. */
export type Place =
  | { readonly url: string; readonly token?: string }
  | { readonly command: string; readonly args: readonly string[] };

/** A result in the form that tests read. */
export interface Told {
  readonly isError?: boolean;
  readonly structuredContent?: Record<string, unknown>;
  readonly content: { readonly type: string; readonly text?: string }[];
}

/** What tests do with a client of either version. */
export interface TestClient extends AsyncDisposable {
  readonly version: string;
  /** What the person was asked. */
  readonly asked: string[];
  tools(): Promise<{ name: string; description?: string | undefined; inputSchema: unknown }[]>;
  call(
    name: string,
    args: Record<string, unknown>,
    options?: { signal?: AbortSignal; onMessage?: (message: string) => void },
  ): Promise<Told>;
}

/** Kinds of clients: SDK and revision. */
export const CLIENTS = ["v1", "v2 2025-11-25", "v2 2026-07-28"] as const;

/** One of {@link CLIENTS}. */
export type ClientKind = (typeof CLIENTS)[number];

/** Connects; `answer` is what the person says to everything, absent: nobody can be asked. */
export async function connect(
  kind: ClientKind,
  place: Place,
  answer?: Answer,
): Promise<TestClient> {
  return kind === "v1" ? await connectV1(place, answer) : await connectV2(kind, place, answer);
}

async function connectV1(place: Place, answer?: Answer): Promise<TestClient> {
  const asked: string[] = [];
  const client = new ClientV1({ name: "test", version: "1" }, {
    capabilities: answer === undefined ? {} : { elicitation: {} },
  });
  if (answer !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }: { params: { message: string } }) => {
      asked.push(params.message);
      return answer;
    });
  }
  const transport = "url" in place
    ? new HttpV1(new URL(place.url), { requestInit: { headers: headersOf(place) } })
    : new StdioV1({ command: place.command, args: [...place.args], stderr: "ignore" });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    version: "2025-11-25",
    asked,
    tools: async () => (await client.listTools()).tools,
    async call(name, args, { signal, onMessage } = {}) {
      const result = await client.callTool({ name, arguments: args }, undefined, {
        ...(signal === undefined ? {} : { signal }),
        ...(onMessage === undefined
          ? {}
          : { onprogress: ({ message = "" }) => onMessage(message) }),
      });
      return result as unknown as Told;
    },
    async [Symbol.asyncDispose]() {
      if (transport instanceof HttpV1) await transport.terminateSession();
      await client.close();
    },
  };
}

async function connectV2(
  kind: Exclude<ClientKind, "v1">,
  place: Place,
  answer?: Answer,
): Promise<TestClient> {
  const asked: string[] = [];
  const client = new Client({ name: "test", version: "2" }, {
    capabilities: answer === undefined ? {} : { elicitation: { form: {} } },
    versionNegotiation: { mode: kind.endsWith("2026-07-28") ? "auto" : "legacy" },
  });
  if (answer !== undefined) {
    client.setRequestHandler("elicitation/create", ({ params }) => {
      asked.push(params.message);
      return answer;
    });
  }
  const transport = "url" in place
    ? new StreamableHTTPClientTransport(new URL(place.url), {
      requestInit: { headers: headersOf(place) },
    })
    : new StdioClientTransport({ command: place.command, args: [...place.args], stderr: "ignore" });
  await client.connect(transport);
  return {
    version: client.getNegotiatedProtocolVersion() ?? "",
    asked,
    tools: async () => (await client.listTools()).tools,
    async call(name, args, { signal, onMessage } = {}) {
      const result = await client.callTool({ name, arguments: args }, {
        ...(signal === undefined ? {} : { signal }),
        ...(onMessage === undefined
          ? {}
          : { onprogress: ({ message = "" }) => onMessage(message) }),
      });
      return result as unknown as Told;
    },
    async [Symbol.asyncDispose]() {
      if (transport instanceof StreamableHTTPClientTransport) {
        if (transport.sessionId !== undefined) await transport.terminateSession();
      }
      await client.close();
    },
  };
}

function headersOf(place: { readonly token?: string }): Record<string, string> {
  return place.token === undefined ? {} : { authorization: `Bearer ${place.token}` };
}
