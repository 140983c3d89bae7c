/** Each kind of source under the one contract, over a real peer of its kind. */

import { tool as langChainTool } from "@langchain/core/tools";
import { jsonSchema, tool as aiTool } from "ai";
import { z } from "zod";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../../src/base/log.ts";
import {
  createMcpSource,
  createNativeSource,
  createOpenApiSource,
} from "../../../src/catalog/mod.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { aiSdk, langchain, tool, type ToolSet, toolSet } from "../../../src/mod.ts";
import { openOpenApi } from "../../../src/openapi/mod.ts";
import { sourceContract, type SourceFixture } from "../../contract/source_contract.ts";
import { HANDLED, startHttpApi } from "../../harness/http_api.ts";
import { fixtureConfig, startManager } from "../../harness/mcp_servers.ts";

/** What the functions of a source in this process do. */
class Functions {
  cancelled = 0;

  readonly echo = ({ text }: { text: string }) => text;
  readonly sum = ({ a, b }: { a: number; b: number }) => ({ sum: a + b });
  readonly wrong = () => ({ sum: "not a number" });
  readonly fail = (): string => {
    throw new Error("it went wrong");
  };
  readonly slow = async (ms: number, signal: AbortSignal | undefined) => {
    signal?.throwIfAborted();
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => resolve("done"), ms);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        this.cancelled += 1;
        reject(new Error("given up"));
      });
    });
  };
}

const TEXT = z.object({ text: z.string() });
const PAIR = z.object({ a: z.number(), b: z.number() });
const SUM = z.object({ sum: z.number() });
const MS = z.object({ ms: z.number() });
const NONE = z.object({});

async function functionFixture(
  server: string,
  make: (functions: Functions) => ToolSet,
): Promise<SourceFixture> {
  const functions = new Functions();
  const set = make(functions);
  if (set.kind !== "native") throw new TypeError("these are functions");
  return {
    source: createNativeSource(server, "", await set.load()),
    server,
    cancelled: () => Promise.resolve(functions.cancelled),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

sourceContract("native tools", () =>
  functionFixture("natives", (functions) => {
    // What `wrong_output` gives is not what its schema says.
    const wrong = functions.wrong as unknown as () => { sum: number };
    return toolSet({
      echo: tool({ input: TEXT, execute: functions.echo }),
      sum: tool({ input: PAIR, output: SUM, execute: functions.sum }),
      wrong_output: tool({ input: NONE, output: SUM, execute: wrong }),
      fail: tool({ input: NONE, execute: functions.fail }),
      slow: tool({ input: MS, execute: ({ ms }, { signal }) => functions.slow(ms, signal) }),
    });
  }));

sourceContract("tools of the AI SDK", () =>
  functionFixture("ai", (functions) => {
    const wrong = functions.wrong as unknown as () => { sum: number };
    const echoSchema = jsonSchema<{ text: string }>({
      type: "object",
      properties: { text: { type: "string" } },
      required: ["text"],
    });
    return aiSdk({
      echo: aiTool({ inputSchema: echoSchema, execute: functions.echo }),
      sum: aiTool({ inputSchema: PAIR, outputSchema: SUM, execute: functions.sum }),
      wrong_output: aiTool({ inputSchema: NONE, outputSchema: SUM, execute: wrong }),
      fail: aiTool({ inputSchema: NONE, execute: functions.fail }),
      slow: aiTool({
        inputSchema: MS,
        execute: ({ ms }, { abortSignal }) => functions.slow(ms, abortSignal),
      }),
    });
  }));

sourceContract("tools of LangChain", () =>
  functionFixture("lang", (functions) => {
    const named = (name: string) => ({ name, description: `The tool ${name}` });
    return langchain([
      langChainTool(functions.echo, { ...named("echo"), schema: TEXT }),
      langChainTool(functions.sum, { ...named("sum"), schema: PAIR }),
      langChainTool(functions.wrong, { ...named("wrong_output"), schema: NONE }),
      langChainTool(functions.fail, { ...named("fail"), schema: NONE }),
      langChainTool(({ ms }, { signal }) => functions.slow(ms, signal), {
        ...named("slow"),
        schema: MS,
      }),
    ]);
  }), { hasNoOutputSchemas: true });

sourceContract("an MCP server", async () => {
  const { manager, ...held } = await startManager({ peer: fixtureConfig("v2_server.ts", "stdio") });
  const source = createMcpSource(manager);
  return {
    source,
    server: "peer",
    async cancelled() {
      const { value } = await source.call("peer", "seen", {}, {
        signal: new AbortController().signal,
      });
      return (value as { cancelled: number }).cancelled;
    },
    [Symbol.asyncDispose]: held[Symbol.asyncDispose],
  };
});

const query = (...names: readonly [name: string, type: string][]) =>
  names.map(([name, type]) => ({ name, in: "query", required: true, schema: { type } }));
const json = (schema: unknown) => ({
  200: { description: "ok", content: { "application/json": { schema } } },
});
const SUM_SCHEMA = {
  type: "object",
  properties: { sum: { type: "number" } },
  required: ["sum"],
};
const operation = (operationId: string, parameters: unknown = [], responses: unknown = {}) => ({
  get: { operationId, parameters, responses },
});

sourceContract("an HTTP API", async () => {
  let cancelled = 0;
  const api = await startHttpApi(({ url }, response) => {
    const { pathname, searchParams } = new URL(url, "http://api");
    switch (pathname) {
      case "/echo":
        response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
        response.end(searchParams.get("text"));
        return HANDLED;
      case "/sum":
        return { sum: Number(searchParams.get("a")) + Number(searchParams.get("b")) };
      case "/wrong":
        return { sum: "not a number" };
      case "/slow":
        response.on("close", () => cancelled += 1);
        return HANDLED;
      default:
        response.writeHead(500).end("it went wrong");
        return HANDLED;
    }
  });
  const config = parseConfig({
    openapi: {
      pets: {
        baseUrl: api.url,
        document: {
          openapi: "3.1.0",
          paths: {
            "/echo": operation("echo", query(["text", "string"])),
            "/sum": operation("sum", query(["a", "number"], ["b", "number"]), json(SUM_SCHEMA)),
            "/wrong": operation("wrong_output", [], json(SUM_SCHEMA)),
            "/fail": operation("fail"),
            "/slow": operation("slow", query(["ms", "number"])),
          },
        },
      },
    },
  });
  const opened = openOpenApi("pets", config.openapi["pets"]!, {
    logger: silentLogger,
    clock: systemClock,
  });
  return {
    source: createOpenApiSource(opened),
    server: "pets",
    cancelled: () => Promise.resolve(cancelled),
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}, {
  // A query has no lone surrogates, and an address of 200 KB is refused.
  unsendable: ["surrogate", "long"],
});
