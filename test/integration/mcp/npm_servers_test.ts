/** The three real servers of npm, over stdio, and one of them over streamable HTTP. */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCatalog, createMcpSource } from "../../../src/catalog/mod.ts";
import { Secret } from "../../../src/base/secret.ts";
import { silentLogger } from "../../../src/base/log.ts";
import {
  npmConfig,
  serverConfig,
  startEverything,
  startManager,
} from "../../harness/mcp_servers.ts";
import { callByName } from "../../harness/call_by_name.ts";

const signal = new AbortController().signal;

Deno.test("memory, filesystem and everything over stdio, through the catalog", async () => {
  const folder = await mkdtemp(join(tmpdir(), "codemode-mcp-"));
  await writeFile(join(folder, "hello.txt"), "hello");
  {
    const memory = npmConfig("memory");
    const MEMORY_FILE_PATH = join(folder, "memory.jsonl");
    await using started = await startManager({
      memory: { ...memory, environment: { MEMORY_FILE_PATH: new Secret(MEMORY_FILE_PATH) } },
      filesystem: npmConfig("filesystem", folder),
      everything: npmConfig("everything"),
    });
    assert.deepEqual(
      started.manager.status().map(({ name, state, lastError }) => [name, state, lastError]),
      [["everything", "ready", undefined], ["filesystem", "ready", undefined], [
        "memory",
        "ready",
        undefined,
      ]],
    );
    const catalog = createCatalog([createMcpSource(started.manager)], { logger: silentLogger });
    const entities = [{ name: "Ada", entityType: "person", observations: ["wrote programs"] }];
    assert.deepEqual(
      await callByName(catalog, "memory", "create_entities", { entities }, { signal }),
      { entities },
    );
    const found = await callByName(catalog, "memory", "search_nodes", { query: "ada" }, { signal });
    assert.deepEqual(found, { entities, relations: [] });
    const path = join(folder, "hello.txt");
    assert.deepEqual(
      await callByName(catalog, "filesystem", "read_text_file", { path }, { signal }),
      { content: "hello" },
    );
    assert.equal(
      await callByName(catalog, "everything", "echo", { message: "hi" }, { signal }),
      "Echo: hi",
    );
    await assert.rejects(callByName(catalog, "memory", "search_nodes", { query: 1 }, { signal }), {
      code: "TOOL_INPUT_INVALID",
      message: "Invalid input for memory.search_nodes: /query must be string",
    });
    await assert.rejects(callByName(catalog, "memory", "serch_nodes", {}, { signal }), {
      code: "TOOL_NOT_FOUND",
      message: 'The server "memory" has no tool "serch_nodes"',
    });
  }
  await rm(folder, { recursive: true });
});

Deno.test("everything over streamable HTTP", async () => {
  await using server = await startEverything();
  await using started = await startManager({
    everything: serverConfig({ transport: "http", url: server.url }),
  });
  assert.equal(started.manager.status()[0]?.state, "ready");
  const result = await started.manager.call("everything", "echo", { message: "hi" }, { signal });
  assert.deepEqual(result.content, [{ type: "text", text: "Echo: hi" }]);
});
