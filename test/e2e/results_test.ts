/** Results that fit what their caller can take, over a real service, and the whole of them by handle. */

import assert from "node:assert/strict";
import { CodemodeClient, CodemodeClientError, type ResultPage } from "../../src/client/mod.ts";
import { estimateJsonTokens } from "../../src/results/mod.ts";
import { runCli } from "../harness/run_cli.ts";
import { ROOT, startService } from "../harness/start_service.ts";

const ROWS = 20_000;
const PIXEL = {
  type: "image",
  data:
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  mimeType: "image/png",
};

interface Row {
  readonly id: number;
  readonly name: string;
  readonly note: string;
}

async function newKey() {
  const { stdout } = await runCli(["key", "--json"]);
  return JSON.parse(stdout) as { key: string; hash: string };
}

/** Reads every page of `path` as a caller does that takes no more than `maxTokens` at once. */
async function readAll(client: CodemodeClient, handle: string, path: string, maxTokens: number) {
  const pages: ResultPage[] = [];
  for (let offset: number | undefined = 0; offset !== undefined;) {
    const page: ResultPage = await client.readResult(handle, { path, offset, maxTokens });
    assert.ok(page.tokens <= maxTokens && estimateJsonTokens(page.value) <= maxTokens);
    pages.push(page);
    offset = page.next;
  }
  return pages;
}

Deno.test("results: what a caller that takes 6000 tokens sees of five megabytes", async (t) => {
  const [ada, eve] = await Promise.all([newKey(), newKey()]);
  await using service = await startService({
    config: `
server: { port: 0 }
sandbox: { workers: { min: 1, max: 2 } }
security:
  auth: { provider: api-key, keys: [{ id: ada, hash: "${ada.hash}", scopes: ["*"] }, { id: eve, hash: "${eve.hash}" }] }
mcp:
  servers:
    results:
      transport: stdio
      command: deno
      args: [run, -A, --config, ${ROOT}deno.json, ${ROOT}test/harness/results_server.ts]
logging: { level: info, format: json, outputs: [{ type: console }] }
`,
  });
  const client = new CodemodeClient(service.url, { apiKey: ada.key });
  const whole = (await client.callTool("results", "rows")).result as { rows: Row[] };
  const answer = await client.execute("return await mcp.results.rows({})", {
    maxResultTokens: 6000,
  });
  const handle = answer.truncated?.handle ?? "";

  await t.step("as much as it takes, valid, with what was cut", () => {
    assert.ok(JSON.stringify(whole).length > 5_000_000);
    assert.equal(whole.rows.length, ROWS);
    const { result, truncated } = answer;
    assert.ok(estimateJsonTokens({ result, truncated }) <= 6000);
    const { rows } = result as { rows: unknown[] };
    const kept = rows.length - 1;
    assert.ok(kept > 50, `${kept} rows`);
    assert.deepEqual(rows.slice(0, kept), whole.rows.slice(0, kept));
    assert.equal(rows[kept], `… ${ROWS - kept} of ${ROWS} items cut`);
    assert.deepEqual(truncated?.cuts, [{ path: "$.rows", kind: "array", kept, total: ROWS }]);
  });

  await t.step("the rest by handle: nothing is lost", async () => {
    const pages = await readAll(client, handle, "$.rows", 300_000);
    assert.ok(pages.length > 3);
    assert.deepEqual(pages.flatMap(({ value }) => value), whole.rows);
    const [names] = await readAll(client, handle, "$.rows[19990:].name", 6000);
    assert.deepEqual(names?.value, whole.rows.slice(19_990).map(({ name }) => name));
    const text = await readAll(client, handle, "$.rows[7].note", 320);
    assert.equal(text.map(({ value }) => value).join(""), whole.rows[7]?.note);
  });

  await t.step("a direct call of the tool is cut and kept in the same way", async () => {
    const direct = await client.callTool("results", "rows", {}, { maxResultTokens: 1000 });
    assert.ok(estimateJsonTokens([direct.result, direct.truncated]) <= 1000);
    const { value } = await client.readResult(direct.truncated?.handle ?? "", {
      path: "$.rows[-1]",
    });
    assert.deepEqual(value, whole.rows.at(-1));
  });

  await t.step("another's handle, a made-up one and a path to nowhere are refused", async () => {
    const other = new CodemodeClient(service.url, { apiKey: eve.key });
    const refused = async (one: CodemodeClient, name: string, path?: string) => {
      try {
        await one.readResult(name, path === undefined ? {} : { path });
      } catch (error) {
        assert.ok(error instanceof CodemodeClientError);
        return [error.status, error.code, error.message];
      }
    };
    const gone = "There is no such result: it expired, made room for others, or was never yours";
    assert.deepEqual(await refused(other, handle), [404, "RESULT_NOT_FOUND", gone]);
    assert.deepEqual(await refused(client, "res_0"), [404, "RESULT_NOT_FOUND", gone]);
    assert.deepEqual(await refused(client, handle, "$.row"), [
      400,
      "INVALID_REQUEST",
      'Cannot read by this path: there is nothing at it; $ has "rows"',
    ]);
    const anonymous = await fetch(new URL(`/api/v1/results/${handle}`, service.url));
    assert.equal(anonymous.status, 401);
    await anonymous.body?.cancel();
  });

  await t.step("pictures, sounds and files come as content, in the places they had", async () => {
    const seen = await client.execute(
      `const [picture, scene] = await Promise.all([mcp.results.picture({}), mcp.results.scene({})]);
       return { picture, scene };`,
      { maxResultTokens: 6000 },
    );
    assert.deepEqual(seen.result, {
      picture: [{ type: "text", text: "A pixel" }, { $content: 0 }],
      scene: [{ $content: 1 }, { $content: 2 }, { $content: 3 }],
    });
    assert.deepEqual(seen.content?.map(({ type }) => type), [
      "image",
      "audio",
      "resource",
      "resource_link",
    ]);
    assert.deepEqual(seen.content?.[0], PIXEL);
    assert.equal(seen.truncated, undefined);
    const plain = await client.execute("return await mcp.results.picture({})");
    assert.deepEqual(plain.result, [{ type: "text", text: "A pixel" }, PIXEL]);
  });

  await t.step("logs keep their ends, and what a program throws fits", async () => {
    const { logs, truncated } = await client.execute(
      `for (let index = 0; index < 900; index += 1) console.log("line " + index); return 1;`,
      { maxResultTokens: 1000 },
    );
    assert.ok(estimateJsonTokens(logs) <= 250);
    assert.deepEqual([logs[0], logs.at(-1), truncated?.logs?.lines], ["line 0", "line 899", 900]);
    const page = await client.readResult(truncated?.logs?.handle ?? "", { offset: 450, limit: 1 });
    assert.deepEqual(page.value, ["line 450"]);
    const failed = await client.execute(`throw new Error("lorem ipsum ".repeat(9000))`, {
      maxResultTokens: 1000,
    });
    assert.ok(estimateJsonTokens(failed.error) <= 1100);
  });

  await t.step("what is kept is measured", async () => {
    const response = await fetch(new URL("/metrics", service.url), {
      headers: { "x-api-key": ada.key },
    });
    assert.match(await response.text(), /^codemode_results_kept 3$/m);
  });
});
