/** Pages of other sites in a real browser: whatever they send, nothing runs and nothing is read. */

import assert from "node:assert/strict";
import { attacksOn, type Learned, useOf } from "./attacks.ts";
import { startChromium } from "../harness/chromium.ts";
import { type Service, startService } from "../harness/start_service.ts";

/** An empty page at every path of a port of this machine. */
function servePages() {
  const headers = { "content-type": "text/html" };
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("<!doctype html><body></body>", { headers }),
  );
}

const configOf = (allowed: string, folder: string) => `
server: { port: 0, cors: { enabled: true, origins: ["${allowed}"] } }
sandbox: { workers: { min: 1, max: 2 } }
audit: { path: "${folder}/audit.jsonl" }
logging: { level: debug, format: json, outputs: [{ type: console }] }
`;

/** Ids of the requests that {@link settle} sends itself. */
const SETTLED = "settled-";

/** Waits for a request of its own to be in the log, behind those whose answers were there before. */
async function settle(service: Service): Promise<void> {
  const id = `${SETTLED}${crypto.randomUUID()}`;
  const headers = { "x-request-id": id };
  const response = await fetch(new URL("/openapi.json", service.url), { headers });
  await response.body?.cancel();
  while (!service.log.some(({ requestId }) => requestId === id)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Requests of others that arrived since the last time, each as its method and status. */
function watchArrivals({ log }: Service): () => readonly string[] {
  let seen = 0;
  return () => {
    const fresh = log.slice(seen);
    seen += fresh.length;
    return fresh.filter(({ message, requestId }) =>
      message === "http request" && !String(requestId).startsWith(SETTLED)
    ).map(({ method, status }) => `${method} ${status}`);
  };
}

/** What a page of another origin may learn: that it failed. */
const NOTHING: Learned = {
  "execute as JSON": "TypeError",
  "execute as JSON by its other name": "TypeError",
  "execute as text": "TypeError",
  "execute unread": "TypeError",
  "execute by beacon": "true",
  "a direct call": "TypeError",
  "tools": "TypeError",
  "tools unread": "TypeError",
  "tools with a key": "TypeError",
  "tools as an image": "failed",
  "tools as a script": "failed",
  "tools in a frame": "SecurityError",
  "health": "TypeError",
  "metrics": "TypeError",
  "a form of text": "SecurityError",
  "a socket": "failed",
  "a socket at the root": "failed",
};

/** The same for a page that the browser takes for the service's own: it is shown the refusals. */
const REFUSALS: Learned = Object.fromEntries(
  Object.entries(NOTHING).map((
    [name, told],
  ) => [name, told === "TypeError" ? "basic 403 FORBIDDEN" : told]),
);

/** Many requests arrived, so the browser stopped nothing that the service should have; all were refused. */
function assertRefused(sent: readonly string[]): void {
  const posts = sent.filter((one) => one === "POST 403").length;
  const reads = sent.filter((one) => one === "GET 403").length;
  assert.ok(posts >= 3 && reads >= 3, sent.join(", "));
  const others = sent.filter((one) => !["POST 403", "GET 403", "OPTIONS 204"].includes(one));
  assert.deepEqual(others, []);
}

Deno.test("browser: pages of other sites run nothing and read nothing", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "codemode-browser-" });
  const [foreign, allowed] = [servePages(), servePages()];
  const allowedOrigin = `http://127.0.0.1:${allowed.addr.port}`;
  {
    await using service = await startService({ config: configOf(allowedOrigin, folder) });
    await using browser = await startChromium({ hosts: "MAP *.example 127.0.0.1" });
    const { port } = new URL(service.url);
    const own = `http://127.0.0.1:${port}`;
    const arrived = watchArrivals(service);

    const attack = async (target: string, url: string, html?: string): Promise<Learned> => {
      const page = await browser.open(url, html);
      const learned = await page.evaluate(attacksOn(target));
      await settle(service);
      assertRefused(arrived());
      return learned as Learned;
    };
    const pages: readonly [name: string, host: string, target: string][] = [
      ["another port of this machine", "127.0.0.1", own],
      ["another name of this machine", "localhost", own],
      ["another site", "evil.example", own],
      ["another site, which knows another name", "evil.example", `http://localhost:${port}`],
    ];
    for (const [name, host, target] of pages) {
      await t.step(`a page of ${name}`, async () => {
        assert.deepEqual(await attack(target, `http://${host}:${foreign.addr.port}/`), NOTHING);
      });
    }

    await t.step("a page whose own name now means this machine", async () => {
      const evil = `http://evil.example:${port}`;
      assert.deepEqual(await attack(evil, `${evil}/`, "<!doctype html><body></body>"), REFUSALS);
    });

    await t.step("a page of an allowed origin, and the service's own, work", async () => {
      for (const url of [`${allowedOrigin}/`, `${own}/docs`]) {
        const page = await browser.open(url);
        assert.deepEqual(await page.evaluate(useOf(own)), [200, "reached", true], url);
      }
    });
  }
  const entries = (await Deno.readTextFile(`${folder}/audit.jsonl`)).trim().split("\n");
  const types = entries.map((line) => JSON.parse(line).type);
  assert.equal(types.filter((type) => type === "execution.admitted").length, 2);
  assert.ok(types.filter((type) => type === "request.refused").length > 30);
  await Promise.all([foreign.shutdown(), allowed.shutdown()]);
  await Deno.remove(folder, { recursive: true });
});
