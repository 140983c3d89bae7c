/** `fetch` to an address that was chosen: over real sockets, under names that nobody knows. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { mayBeElsewhere, pinnedFetch } from "../../../src/access/pinned_fetch.ts";
import { HANDLED, type HttpApi, startHttpApi } from "../../harness/http_api.ts";

/** A request to a name that no name server has, at the server's port. */
async function ask(http: HttpApi, path: string, init: RequestInit = {}): Promise<Response> {
  const { port } = new URL(http.url);
  const request = new Request(`http://public.example:${port}${path}`, init);
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  return await pinnedFetch(request, body, "127.0.0.1");
}

Deno.test("a request arrives at the address under the name that it has", async () => {
  await using http = await startHttpApi(({ method, url, headers, text }, response) => {
    response.writeHead(
      201,
      [["x-a", "1"], ["x-a", "2"], ["set-cookie", "a"], ["set-cookie", "b"]]
        .flat(),
    );
    response.end(JSON.stringify({ method, url, host: headers["host"], text }));
    return HANDLED;
  });
  const response = await ask(http, "/p?q=1", { method: "POST", body: "hello" });
  const { host } = new URL(response.url);
  assert.deepEqual([response.status, response.headers.get("x-a")], [201, "1, 2"]);
  assert.deepEqual(response.headers.getSetCookie(), ["a", "b"]);
  assert.deepEqual(await response.json(), { method: "POST", url: "/p?q=1", host, text: "hello" });
  assert.match(response.url, /^http:\/\/public\.example:\d+\/p\?q=1$/);
  const form = new FormData();
  form.append("a", new Blob(["bytes"]), "name");
  await (await ask(http, "/form", { method: "POST", body: form })).body?.cancel();
  const sent = http.requests.at(-1);
  assert.match(String(sent?.headers["content-type"]), /^multipart\/form-data; ?boundary=/);
  assert.match(sent?.text ?? "", /filename="name"[^]*bytes/);
});

Deno.test("no redirect is followed, and what has no body has none", async () => {
  await using http = await startHttpApi(({ url }, response) => {
    response.writeHead(Number(url.slice(1)), { location: "http://127.0.0.1/" }).end();
    return HANDLED;
  });
  for (const status of [204, 302, 304, 307]) {
    const response = await ask(http, `/${status}`, { redirect: "manual" });
    assert.deepEqual([response.status, await response.text()], [status, ""]);
  }
  assert.equal((await ask(http, "/200", { method: "HEAD" })).body, null);
});

Deno.test("an answer comes as it is sent, and ends when nobody reads on", async () => {
  let open: ServerResponse | undefined;
  await using http = await startHttpApi((_, response) => {
    open = response;
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    return HANDLED;
  });
  const reader = (await ask(http, "/")).body!.getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  assert.equal(await next(), "data: 1\n\n");
  open?.write("data: 2\n\n");
  assert.equal(await next(), "data: 2\n\n");
  const closed = new Promise<void>((resolve) => open?.once("close", resolve));
  await reader.cancel();
  await closed;
});

Deno.test("an abort ends the wait and the answer", async () => {
  await using http = await startHttpApi(({ url }, response) => {
    if (url === "/begun") response.writeHead(200).write("begun");
    return HANDLED;
  });
  const first = new AbortController();
  const waiting = ask(http, "/", { signal: first.signal });
  const failed = assert.rejects(waiting, { message: "enough" });
  while (http.requests.length === 0) await new Promise((next) => setTimeout(next, 1));
  first.abort(new Error("enough"));
  await failed;
  const second = new AbortController();
  const reader = (await ask(http, "/begun", { signal: second.signal })).body!.getReader();
  await reader.read();
  second.abort(new Error("enough"));
  await assert.rejects(reader.read(), { message: "enough" });
  await assert.rejects(ask(http, "/", { signal: AbortSignal.abort(new Error("before")) }), {
    message: "before",
  });
});

Deno.test("what cannot be had is a failure of fetch's kind", async () => {
  await using http = await startHttpApi(({ url }, response) => {
    if (url === "/zipped") response.writeHead(200, { "content-encoding": "gzip" }).end("zip");
    else if (url === "/short") {
      response.writeHead(200, { "content-length": "100" }).write("short");
      setTimeout(() => response.destroy(), 1);
    } else response.destroy();
    return HANDLED;
  });
  await assert.rejects(ask(http, "/zipped"), { name: "TypeError" });
  await assert.rejects(ask(http, "/"), { name: "TypeError" });
  await assert.rejects((await ask(http, "/short")).text());
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as { port: number };
  await new Promise((resolve) => gone.close(resolve));
  const request = new Request(`http://public.example:${port}/`);
  const [result] = await Promise.allSettled([pinnedFetch(request, null, "127.0.0.1")]);
  assert.ok(result.status === "rejected" && mayBeElsewhere(result.reason));
  assert.equal(result.reason.message, `Cannot reach public.example:${port}: ECONNREFUSED`);
});
