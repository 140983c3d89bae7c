import assert from "node:assert/strict";
import { Secret } from "../../../src/base/secret.ts";
import { tinyChunks } from "../../harness/tiny_chunks.ts";
import {
  boundedResponse,
  createHttpTransport,
  requestHeaders,
} from "../../../src/mcp/http_transport.ts";

const MAX = 10;

async function read(text: string, type: string): Promise<{ text: string; broken: string[] }> {
  const broken: string[] = [];
  const response = new Response(tinyChunks(text), { headers: { "content-type": type } });
  const bounded = boundedResponse(response, (reason) => broken.push(reason), { maxBytes: MAX });
  return { text: await bounded.text().catch((error) => error.message), broken };
}

const TOO_LONG = "Cannot read the answer: it is longer than 10 bytes";

Deno.test("a JSON answer at the limit passes, one byte more breaks", async () => {
  assert.deepEqual(await read("1234567890", "application/json"), {
    text: "1234567890",
    broken: [],
  });
  assert.deepEqual(await read("12345678901", "application/json"), {
    text: TOO_LONG,
    broken: [TOO_LONG],
  });
});

Deno.test("in an event stream each event has the limit, not the stream", async () => {
  const events = "data: 1\n\ndata: 2\n\ndata: 3\n\n";
  assert.deepEqual(await read(events, "text/event-stream"), { text: events, broken: [] });
  const long = await read("data: 1\ndata: 2\n\n", "text/event-stream");
  assert.deepEqual(long, { text: TOO_LONG, broken: [TOO_LONG] });
});

Deno.test("an answer that is nested too deep breaks, whatever brackets its strings and lines hold", async () => {
  const deep = async (text: string, type: string): Promise<string> => {
    const response = new Response(text, { headers: { "content-type": type } });
    return await boundedResponse(response, () => {}).text().then(() => "read", String);
  };
  const tooDeep = "RangeError: Cannot read the message: it is nested deeper than 10000 levels";
  const brackets = "[".repeat(10_001);
  assert.equal(await deep(brackets, "application/json"), tooDeep);
  assert.equal(await deep(`: "\n\ndata: ${brackets}\n\n`, "text/event-stream"), tooDeep);
  assert.equal(await deep(`: "\ndata: ${brackets}\n\n`, "text/event-stream"), tooDeep);
  assert.equal(await deep(`data: "\\"${brackets}"\n\n`, "text/event-stream"), "read");
  const events = `data: ${"[".repeat(9_999)}\n\n`.repeat(3);
  assert.equal(await deep(events, "text/event-stream"), "read");
});

Deno.test("an event is passed on as soon as it has ended, however its lines end", async () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const headers = { "content-type": "text/event-stream" };
    const bounded = boundedResponse(new Response(readable, { headers }), () => {});
    const reader = bounded.body!.pipeThrough(new TextDecoderStream()).getReader();
    const writer = writable.getWriter();
    let heard = "";
    for (const data of ["1", "2"]) {
      const event = `: x${end}data: ${data}${end}${end}`;
      void writer.write(new TextEncoder().encode(event));
      const before = heard.length;
      while (heard.length - before < "data: 1\n\n".length) heard += (await reader.read()).value;
      assert.equal(heard.slice(before), `data: ${data}\n\n`);
    }
    await writer.close();
    assert.equal((await reader.read()).done, true);
  }
});

const WIDE = `{${Array.from({ length: 101_000 }, (_none, index) => `"k${index}":1`)}}`;
const REFUSAL = {
  jsonrpc: "2.0",
  id: "a",
  error: {
    code: -31_999,
    message:
      "it has more than 100000 different names of members; take it in parts, or as a list of pairs",
  },
};

async function readWide(answer: string, type: string): Promise<[string, string[]]> {
  const broken: string[] = [];
  const response = new Response(answer, { headers: { "content-type": type } });
  const bounded = boundedResponse(response, (reason) => broken.push(reason));
  return [await bounded.text().catch((error) => error.message), broken];
}

Deno.test("an answer with too much in it is an error to its request, as JSON and as an event", async () => {
  const answer = `{"jsonrpc":"2.0","result":{"id":7,"structuredContent":${WIDE}},"id":"a"}`;
  const [json, broken] = await readWide(answer, "application/json");
  assert.deepEqual([JSON.parse(json), broken], [REFUSAL, []]);
  const [first, second] = (await readWide(
    `data: 1\n\nevent: "\nid: 4\ndata: ${answer}\n\n`,
    "text/event-stream",
  ))[0].split("\n\n");
  assert.equal(first, "data: 1");
  assert.deepEqual(JSON.parse(second!.replace("event: message\ndata: ", "")), REFUSAL);
  assert.equal((await readWide(answer, "text/plain"))[0], answer);
  const reason = `Cannot read the answer: ${REFUSAL.error.message}`;
  assert.deepEqual(await readWide(WIDE, "application/json"), [reason, [reason]]);
});

Deno.test("headers carry the configured ones and the bearer token", () => {
  const headers = requestHeaders({
    headers: { "x-key": new Secret("k") },
    auth: { type: "bearer", token: new Secret("t") },
  });
  assert.deepEqual(headers, { "x-key": "k", authorization: "Bearer t" });
});

async function pieces(body: ReadableStream<Uint8Array<ArrayBuffer>>, type: string) {
  const response = new Response(body, { headers: { "content-type": type } });
  const bounded = boundedResponse(response, () => {}, { maxBytes: 1_000 });
  const decoder = new TextDecoder();
  const read: string[] = [];
  for await (const piece of bounded.body!) {
    assert.equal(piece.buffer.byteLength, piece.length);
    read.push(decoder.decode(piece));
  }
  return read;
}

Deno.test("one-byte chunks are passed on as whole messages, in buffers of their size", async () => {
  const json = `{"a":"${"b".repeat(500)}"}`;
  assert.deepEqual(await pieces(tinyChunks(json), "application/json"), [json]);
  const events = ["data: 1\ndata: 2\n\n", "data: 3\n\n", "data: 4\n"];
  assert.deepEqual(await pieces(tinyChunks(events.join("")), "text/event-stream"), events);
  const old = "data: 1\rdata: 2\r\rdata: 3";
  const passed = ["data: 1\ndata: 2\n\n"];
  assert.deepEqual(await pieces(tinyChunks(old), "text/event-stream"), passed);
});

Deno.test("the events one chunk completes are one piece, the begun one waits", async () => {
  const encoder = new TextEncoder();
  const chunks = ["data: 1\r\n\r\ndata: 2\n\nda", "ta: 3\n\n"];
  const body = ReadableStream.from(chunks.map((chunk) => encoder.encode(chunk)));
  assert.deepEqual(await pieces(body, "text/event-stream"), [
    "data: 1\n\ndata: 2\n\n",
    "data: 3\n\n",
  ]);
});

Deno.test("an answer that is no event stream is bounded in sum, whatever its type is called", async () => {
  const types = [
    "text/plain",
    "Application/JSON",
    'application/json; profile="text/event-stream"',
    "",
  ];
  for (const type of types) {
    const chunks = Array.from({ length: 20 }, () => new TextEncoder().encode("12345678\n\n"));
    const response = new Response(ReadableStream.from(chunks), {
      headers: { "content-type": type },
    });
    await assert.rejects(boundedResponse(response, () => {}, { maxBytes: 100 }).text(), {
      message: "Cannot read the answer: it is longer than 100 bytes",
    });
  }
});

Deno.test("a stream is one of events where the caller says so, and as its type says in any case", async () => {
  const event = "data: 12345678\n\n";
  const stream = () =>
    new Response(event.repeat(20), { headers: { "content-type": "Text/Event-Stream" } });
  assert.equal(
    await boundedResponse(stream(), () => {}, { maxBytes: 100 }).text(),
    event.repeat(20),
  );
  const plain = new Response(event.repeat(20), { headers: { "content-type": "text/plain" } });
  const bounded = boundedResponse(plain, () => {}, { maxBytes: 100, kind: "events" });
  assert.equal(await bounded.text(), event.repeat(20));
});

Deno.test("whatever ends its lines, and wherever it is cut, a stream is passed on as the same fields", async () => {
  for (const end of ["\n", "\r", "\r\n"]) {
    const text = [": hello", "", "data: 1", "data: 2", "", "", "", "id: 7", "data: 3", "", ":x"]
      .join(end);
    for (let size = 1; size < 20; size += 1) {
      const bytes = new TextEncoder().encode(text);
      const chunks = Array.from(
        { length: Math.ceil(bytes.length / size) },
        (_none, index) => bytes.slice(index * size, (index + 1) * size),
      );
      const headers = { "content-type": "text/event-stream" };
      const response = new Response(ReadableStream.from(chunks), { headers });
      const passed = "data: 1\ndata: 2\n\nid: 7\ndata: 3\n\n";
      assert.equal(await boundedResponse(response, () => {}).text(), passed);
    }
  }
});

Deno.test("brackets that were never opened make no room for deeper ones", async () => {
  const deep = `: ${"}".repeat(20_000)}\ndata: ${"[".repeat(15_000)}\n\n`;
  const response = new Response(deep, { headers: { "content-type": "text/event-stream" } });
  await assert.rejects(boundedResponse(response, () => {}).text(), {
    message: "Cannot read the message: it is nested deeper than 10000 levels",
  });
});

Deno.test("an event is read by the client as soon as it has ended, however its lines end", async () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const headers = { "content-type": "text/event-stream" };
    const answer = () => Promise.resolve(new Response(readable, { headers }));
    const network = { fetch: answer, check: () => Promise.resolve() };
    const config = { headers: {} };
    const deps = { onBroken: () => {}, network };
    const transport = createHttpTransport(config, new URL("http://localhost/mcp"), deps);
    const heard = new Promise((resolve) => transport.onmessage = resolve);
    await transport.start();
    await transport.send({ jsonrpc: "2.0", id: 1, method: "ping" });
    const message = { jsonrpc: "2.0", id: 1, result: {} };
    const event = `data: ${JSON.stringify(message)}${end}${end}`;
    void writable.getWriter().write(new TextEncoder().encode(event));
    assert.deepEqual(await heard, message);
    await transport.close();
  }
});

Deno.test("an event has so many lines, those that mean nothing not counted", async () => {
  const stream = (lines: number) =>
    new Response(":\n".repeat(200_000) + "data:\n".repeat(lines) + "\n", {
      headers: { "content-type": "text/event-stream" },
    });
  const most = await boundedResponse(stream(100_000), () => {}).text();
  assert.equal(most, "data:\n".repeat(100_000) + "\n");
  await assert.rejects(boundedResponse(stream(100_001), () => {}).text(), {
    name: "RangeError",
    message: "Cannot read the answer: an event has more than 100000 lines",
  });
});

Deno.test("of a request that is known only its own answer fails, in the place of what was held back", async () => {
  const lost = async (text: string, type: string, signal?: AbortSignal) => {
    const told: string[] = [];
    const response = new Response(text, { headers: { "content-type": type } });
    const options = { maxBytes: MAX, requestId: () => "a", signal };
    const bounded = boundedResponse(response, (reason) => told.push(reason), options);
    return [await bounded.text().catch((error) => error.message), told];
  };
  const message = "it is longer than 10 bytes";
  const error = JSON.stringify({ jsonrpc: "2.0", id: "a", error: { code: -32_797, message } });
  assert.deepEqual(await lost("12345678901", "application/json"), [error, []]);
  const event = `event: message\ndata: ${error}\n\n`;
  assert.deepEqual(await lost("data: 12345", "text/event-stream"), [event, []]);
  assert.deepEqual(await lost("12345678901", "text/plain"), [TOO_LONG, []]);
  assert.deepEqual(await lost("12345678901", "application/json", AbortSignal.abort()), [
    TOO_LONG,
    [],
  ]);
});
