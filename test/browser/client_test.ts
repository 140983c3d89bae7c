/** The client in a page of another origin that the service allows. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { startChromium } from "../harness/chromium.ts";
import { startService } from "../harness/start_service.ts";
import { serveSources } from "./serve_sources.ts";

const KEY = "a-key-for-pages-of-another-origin-0123456789";
const HASH = `sha256:${createHash("sha256").update(KEY).digest("hex")}`;

const configOf = (origin: string) => `
server: { port: 0, cors: { enabled: true, origins: ["${origin}"] } }
sandbox: { workers: { min: 1, max: 3 } }
security:
  auth: { provider: api-key, keys: [{ id: page, hash: "${HASH}" }] }
logging: { level: info, format: json, outputs: [{ type: console }] }
`;

const withClient = (url: string, use: string) => `
  const { CodemodeClient, CodemodeClientError } = await import("/src/client/mod.ts");
  const client = new CodemodeClient(${JSON.stringify(url)}, { apiKey: ${JSON.stringify(KEY)} });
  ${use}`;

Deno.test("browser: the client runs, watches and cancels from another origin", async (t) => {
  const pages = serveSources();
  const origin = `http://127.0.0.1:${pages.addr.port}`;
  {
    await using service = await startService({ config: configOf(origin) });
    await using browser = await startChromium({ hosts: "MAP *.example 127.0.0.1" });
    const page = await browser.open(`${origin}/`);
    const run = async (use: string) => await page.evaluate(withClient(service.url, use));

    await t.step("events are shown as they come, values are what they were", async () => {
      const shown = await run(`
        const list = document.body.appendChild(document.createElement("ol"));
        let sum;
        for await (const { type, payload } of client.stream('console.log("hi"); return 2n ** 64n')) {
          const item = list.appendChild(document.createElement("li"));
          item.textContent = type === "log" ? "log " + payload.message : type;
          if (type === "result") sum = typeof payload.result + " " + payload.result;
        }
        return [[...list.children].map((one) => one.textContent), sum];`);
      const [lines, sum] = shown as [string[], string];
      assert.equal(sum, "bigint 18446744073709551616");
      assert.deepEqual(lines.filter((line) => line !== "phase"), ["log hi", "result"]);
      assert.ok(lines.includes("phase"));
    });

    await t.step("an execution that goes on is cancelled, and seen to be", async () => {
      const states = await run(`
        const events = client.stream('console.log("on"); await new Promise(() => setInterval(() => {}, 1000))');
        let id;
        for await (const { type, executionId, payload } of events) {
          if (type === "log") await client.executions.cancel(id = executionId);
          if (type === "result") {
            const { status } = await client.executions.get(id);
            return [payload.success, payload.error.code, status];
          }
        }`);
      assert.deepEqual(states, [false, "CANCELLED", "cancelled"]);
    });

    await t.step("leaving the loop ends the execution", async () => {
      const ended = await run(`
        let id;
        for await (const event of client.stream('console.log(1); for (;;) await 0')) {
          id = event.executionId;
          if (event.type === "log") break;
        }
        for await (const { type, payload } of client.executions.events(id)) {
          if (type === "result") return payload.error.code;
        }`);
      assert.equal(ended, "CANCELLED");
    });

    await t.step("a refusal is an error with its code and request id", async () => {
      const refused = await run(`
        const stranger = new CodemodeClient(${JSON.stringify(service.url)}, { token: "wrong" });
        try { await stranger.execute("return 1"); } catch (error) {
          return [error instanceof CodemodeClientError, error.code, error.problem.requestId.length > 4];
        }`);
      assert.deepEqual(refused, [true, "UNAUTHENTICATED", true]);
    });

    await t.step("MCP is spoken from there too", async () => {
      const [status, session] = await run(`
        const response = await fetch(${JSON.stringify(service.url)} + "/mcp", {
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            "x-api-key": ${JSON.stringify(KEY)},
            "mcp-protocol-version": "2025-11-25",
          },
          body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: {
            protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "p", version: "1" },
          } }),
        });
        await response.text();
        return [response.status, response.headers.get("mcp-session-id")];`) as [number, string];
      assert.equal(status, 200);
      assert.match(session, /^session_\w+$/);
    });
  }
  await pages.shutdown();
});
