/** What the service takes from the network, at its socket: sites, sizes, rates and the queue. */

import assert from "node:assert/strict";
import { connectRaw } from "../harness/raw_http.ts";
import { type Service, startService } from "../harness/start_service.ts";

const config = (server: string, sandbox = "workers: { min: 1, max: 2 }") => `
server: { port: 0, ${server} }
sandbox: { ${sandbox} }
logging: { level: info, format: json, outputs: [{ type: console }] }
`;

/** Sends a whole request as bytes; status and body of the answer. */
async function raw(service: Service, lines: readonly string[], body = "") {
  using connection = await connectRaw(service.url);
  const head = [
    ...lines,
    "connection: close",
    ...(body === "" ? [] : [
      `content-length: ${new Blob([body]).size}`,
    ]),
  ];
  await connection.send(`${head.join("\r\n")}\r\n\r\n${body}`);
  const [answered = "", text = ""] = (await connection.answered).split("\r\n\r\n");
  return { status: Number(answered.split(" ")[1]), headers: answered.toLowerCase(), text };
}

Deno.test("traffic: a page of another site reaches nothing, by whatever name", async (t) => {
  await using service = await startService({ config: config("") });
  const { port } = new URL(service.url);
  const CODE = JSON.stringify({ code: "return 'reached'" });
  const post = (host: string, headers: readonly string[], type = "application/json") =>
    raw(service, [
      "POST /api/v1/execute HTTP/1.1",
      `host: ${host}`,
      `content-type: ${type}`,
      ...headers,
    ], CODE);

  await t.step("a name of its own that it points at this machine", async () => {
    for (const name of [`evil.example:${port}`, "evil.example", `127.0.0.1.evil.example:${port}`]) {
      const { status, text } = await post(name, [
        `origin: http://${name}`,
        "sec-fetch-site: same-origin",
      ]);
      assert.equal(status, 403, name);
      assert.match(text, /"code":"FORBIDDEN"/);
      assert.doesNotMatch(text, /reached/);
      for (const path of ["/api/v1/tools", "/api/v1/runtimes", "/health", "/metrics"]) {
        const read = await raw(service, [`GET ${path} HTTP/1.1`, `host: ${name}`]);
        assert.equal(read.status, 403, path);
      }
    }
  });

  await t.step("names in two places", async () => {
    const twice = await raw(service, [
      "POST /api/v1/execute HTTP/1.1",
      `host: localhost:${port}`,
      `host: evil.example:${port}`,
      "content-type: application/json",
    ], CODE);
    assert.equal(twice.status, 400);
    const absolute = await raw(service, [
      `POST http://localhost:${port}/api/v1/execute HTTP/1.1`,
      `host: evil.example:${port}`,
      "content-type: application/json",
    ], CODE);
    assert.equal(absolute.status, 400);
  });

  await t.step("this machine's name, sent from another origin", async () => {
    for (const origin of ["https://evil.example", "null", "http://localhost:1"]) {
      const { status, headers, text } = await post(`localhost:${port}`, [`origin: ${origin}`]);
      assert.equal(status, 403, origin);
      assert.doesNotMatch(headers, /access-control-allow-origin/);
      assert.doesNotMatch(text, /reached/);
    }
    const embedded = await raw(service, [
      "GET /api/v1/tools HTTP/1.1",
      `host: localhost:${port}`,
      "sec-fetch-site: cross-site",
      "sec-fetch-mode: no-cors",
    ]);
    assert.equal(embedded.status, 403);
    const form = await post(`localhost:${port}`, ["origin: https://evil.example"], "text/plain");
    assert.equal(form.status, 403);
  });

  await t.step("the service's own page and programs that are no browsers", async () => {
    const own = await post(`localhost:${port}`, [`origin: http://localhost:${port}`]);
    assert.equal(own.status, 200);
    assert.match(own.text, /"result":"reached"/);
    const plain = await post(`127.0.0.1:${port}`, []);
    assert.match(plain.text, /"result":"reached"/);
  });
});

Deno.test("traffic: a body in chunks above its size is 413, whatever it said before", async () => {
  await using service = await startService({ config: config("maxBodyBytes: 64KB") });
  using connection = await connectRaw(service.url);
  await connection.send(
    "POST /api/v1/execute HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n" +
      "transfer-encoding: chunked\r\n\r\n",
  );
  const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
  const flood = (async () => {
    for (let sent = 0; sent < 64; sent += 1) await connection.send(chunk);
  })().catch(() => {});
  const answered = await connection.answered;
  await flood;
  assert.match(answered, /^HTTP\/1\.1 413 /);
  assert.match(answered, /"code":"PAYLOAD_TOO_LARGE"/);
});

Deno.test("traffic: above its rate a caller is 429 and told when to come back", async () => {
  const limits = "limits: { requestsPerSecond: 0.01, burst: 3 }";
  await using service = await startService({ config: config(limits) });
  const answers = [];
  for (let count = 0; count < 4; count += 1) {
    const response = await service.request("/api/v1/runtimes");
    await response.body?.cancel();
    answers.push(response);
  }
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 429]);
  const seconds = Number(answers.at(-1)?.headers.get("retry-after"));
  assert.ok(seconds > 90 && seconds <= 100, String(seconds));
  const metrics = await (await service.request("/metrics")).text();
  assert.match(metrics, /^codemode_http_refused_total\{code="RATE_LIMITED"\} 1$/m);
});

Deno.test("traffic: who waits too long for a place is 503 with Retry-After", async () => {
  const sandbox =
    "workers: { min: 1, max: 1 }, light: { processes: 1, programsAtOnce: 1, parked: 0 }, " +
    "queueTimeout: 200ms, queue: 1";
  await using service = await startService({ config: config("drainTimeout: 0s", sandbox) });
  const long = service.execute("await new Promise((done) => setTimeout(done, 60000))");
  const metrics = async () => await (await service.request("/metrics")).text();
  while (!/codemode_sandboxes\{[^}]*state="running"\} 1$/m.test(await metrics()));
  const response = await service.request("/api/v1/execute", { code: "return 1" });
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code, error.message, error.details.position], [
    503,
    "QUEUE_FULL",
    "The execution waited 200 ms for its turn",
    0,
  ]);
  assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  // A check needs no place among the programs.
  const check = await service.request("/api/v1/check", { code: "return 1" });
  assert.equal((await check.json()).ok, true);
  assert.match(
    await metrics(),
    /^codemode_queue_refused_total\{lane="light",reason="timeout"\} 1$/m,
  );
  const stopping = service.stop();
  assert.equal((await long).error.code, "CANCELLED");
  assert.equal(await stopping, 0);
});
